package comms

import "tocsin/incident"

// reviewed lists what was decided otherwise than by those who have to agree: the post-mortem has to look at each.
func (d *report) reviewed(x *incident.Decision) {
	for _, o := range x.Overrides {
		d.text("To be reviewed: %s signed an override of the plan's rule at %s: “%s”", d.name(o.Person), clock(o.At), escape(string(o.Why)))
	}
	if a := x.Anyway; a != nil {
		d.text("To be reviewed: %s had it sent at %s although the plan's rule was not met: “%s”", d.name(a.By), clock(a.At), escape(string(a.Why)))
	}
	if w := x.Withdrawn; w != nil {
		d.text("%s withdrew it: “%s”", d.name(w.By), escape(string(w.Why)))
	}
	if x.Subject.Kind == incident.SubjectRejection {
		d.text("To be reviewed: %s wanted that what the Safe's owners had signed can never be carried out: “%s”", d.name(x.Proposer), escape(string(x.Why)))
	}
	for _, a := range x.Approvals {
		if a.Denied {
			d.text("To be reviewed: %s never said what %s attested.", d.name(a.Person), d.name(a.Attested.By))
		}
	}
}
