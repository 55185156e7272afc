package plan

// Cheap reports whether an outsider can cheaply cause a finding of a detector, so that nothing may follow from it but that people look.
func (d *Detector) Cheap() bool { return d.Kind != "state" && d.Kind != "match" }

// Validates reports whether a finding of a detector may say by itself that an issue is real: the plan wants the issue validated
// automatically, the detector calls people and can mean no other issue, and no outsider can cheaply set it off.
func (p *Plan) Validates(issue, detector string) bool {
	i, ok := p.Issue(issue)
	d, held := p.Detector(detector)
	if !ok || !held || i.Validate != "automatically" || d.Cheap() || d.Mode != "page" && d.Mode != "act" {
		return false
	}
	ids := p.IssuesOf(detector)
	return len(ids) == 1 && ids[0] == issue
}
