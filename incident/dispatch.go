package incident

// Dispatches lists what an event wants to leave the house.
func Dispatches(s *State, e Event) []Dispatch {
	switch e := e.(type) {
	case EventPageRung:
		var person string
		if pg := s.page(e.Page); pg != nil {
			person = pg.Person
		}
		return []Dispatch{{ID: e.Delivery, Kind: DispatchPage, Page: e.Page, Person: person, Contact: e.Contact, To: string(e.To)}}
	case EventUpdateReminded:
		if e.Delivery != "" {
			return []Dispatch{{ID: e.Delivery, Kind: DispatchReminder, Update: e.ID, Person: e.Person, Contact: e.Contact, To: string(e.To)}}
		}
	case EventUpdatePosted:
		var list []Dispatch
		for _, p := range e.Deliveries {
			list = append(list, Dispatch{ID: p.Delivery, Kind: DispatchUpdate, Update: e.ID, Channel: p.Channel, Contact: p.Kind, To: p.To})
		}
		return list
	case EventNobody:
		var list []Dispatch
		for _, p := range e.Deliveries {
			list = append(list, Dispatch{ID: p.Delivery, Kind: DispatchAlarm, Channel: p.Channel, Contact: p.Kind, To: p.To})
		}
		return list
	case EventUpdateSoon:
		return ringing(e.Calls, Dispatch{Kind: DispatchReminder, Update: e.ID})
	case EventUpdateMissed:
		return ringing(e.Calls, Dispatch{Kind: DispatchReminder, Update: e.ID})
	case EventUpdateRerouted:
		if e.Delivery != "" {
			return []Dispatch{{ID: e.Delivery, Kind: DispatchUpdate, Update: e.ID, Channel: e.Channel, Contact: e.Contact, To: e.To}}
		}
	case EventStepOverdue:
		return ringing(e.Calls, Dispatch{Kind: DispatchOverdue, Step: e.Step})
	case EventDecisionOpened:
		if e.Delivery != "" {
			return []Dispatch{{ID: e.Delivery, Kind: DispatchLook, Decision: e.ID}}
		}
	case EventSentAnyway:
		return ringing(e.Calls, Dispatch{Kind: DispatchNotice, Decision: e.Decision, Notice: e.Kind()})
	case EventWithdrawn:
		return ringing(e.Calls, Dispatch{Kind: DispatchNotice, Decision: e.Decision, Notice: e.Kind()})
	case EventDenied:
		return ringing(e.Calls, Dispatch{Kind: DispatchNotice, Decision: e.Decision, Notice: e.Kind()})
	case EventOverride:
		return ringing(e.Calls, Dispatch{Kind: DispatchNotice, Decision: e.Decision, Notice: e.Kind()})
	case EventActionOrdered:
		return []Dispatch{{ID: e.Delivery, Kind: DispatchAction, Action: e.ID}}
	case EventActionUnlanded:
		return []Dispatch{{ID: e.Delivery, Kind: DispatchAction, Action: e.ID}}
	case EventActionRetried:
		return []Dispatch{{ID: e.Delivery, Kind: DispatchAction, Action: e.ID}}
	}
	return nil
}

// ringing is what some rings want to leave the house, each as one dispatch like another.
func ringing(list []Ring, like Dispatch) []Dispatch {
	var all []Dispatch
	for _, r := range list {
		dp := like
		dp.ID, dp.Person, dp.Contact, dp.To = r.Delivery, r.Person, r.Contact, string(r.To)
		all = append(all, dp)
	}
	return all
}
