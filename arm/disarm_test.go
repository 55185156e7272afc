package arm

import (
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/fault"
)

func TestDisarmingTakesTwo(t *testing.T) {
	d := open(t)
	d.arm()
	d.refused("ada", OpDisarm{Issue: "theft"}, fault.Invalid, "reason is missing")
	d.want(d.do("ada", OpDisarm{Issue: "theft", Why: "We upgrade"}), "disarm-asked")
	d.want(d.why(), "")
	d.refused("ada", OpDisarm{Issue: "theft"}, fault.Conflict, "second person")
	d.now = start.Add(AskFor)
	d.want(d.do("", OpTick{}), "disarm-dropped")
	d.want(d.do("ada", OpDisarm{Issue: "theft", Why: "We upgrade"}), "disarm-asked")
	d.want(d.do("ben", OpKeep{Issue: "theft"}), "disarm-dropped")
	d.do("ada", OpDisarm{Issue: "theft", Why: "We upgrade"})
	d.want(d.do("dan", OpDisarm{Issue: "theft"}), "arm-ended disarmed")
	d.want(d.why(), "It is not armed.")
	d.refused("dan", OpDisarm{Issue: "theft"}, fault.Conflict, "not armed")
}

// What waits for signatures to take the place of what is armed ends with it: one signature given before must not undo what two agreed on.
func TestDisarmingEndsWhatIsAskedFor(t *testing.T) {
	d := open(t)
	d.arm()
	d.now = start.Add(time.Minute)
	d.want(d.do("ada", OpArm{Issue: "theft"}), "arm-asked")
	d.refused("dan", OpArm{Issue: "theft"}, fault.Conflict, "have one of those who decide refuse it")
	d.do("ben", d.sign("ben", decision.Approve))
	late := d.sign("cyd", decision.Approve)
	d.do("ada", OpDisarm{Issue: "theft", Why: "We upgrade"})
	d.want(d.do("dan", OpDisarm{Issue: "theft"}), "arm-ended disarmed, arm-ended withdrawn")
	d.refused("cyd", late, fault.NotFound, "Ask for it to be armed again")
	d.want(d.why(), "It is not armed.")
}
