package document

// RenderOptions say how a plan is written for people.
type RenderOptions struct {
	Public bool // without people: who they are, how to reach them, where secrets lie
}
