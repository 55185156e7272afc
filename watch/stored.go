package watch

import (
	"encoding/json"
	"fmt"

	"tocsin/detect"
)

// Stored reads what detectors remember out of the state that a watch left behind, as engine.WatchState returns it; nil if
// nothing has been seen, or by a release that this one does not know.
func Stored(b []byte) (*detect.State, error) {
	if len(b) == 0 || string(b) == "null" {
		return nil, nil
	}
	var s struct {
		V      int           `json:"v"`
		Detect *detect.State `json:"detect"`
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("read state of the watch: %w", err)
	}
	if s.V != stateVersion {
		return nil, nil
	}
	return s.Detect, nil
}
