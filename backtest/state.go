package backtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tocsin/detect"
	"tocsin/fault"
)

const stateVersion = 1

// state is all that a replay needs to go on: it is written whole or not at all, so that a run that is killed and started
// again finds what an undisturbed one does.
type state struct {
	V      int          `json:"v"`
	Run    string       `json:"run"` // what is replayed through what; see fingerprint
	Done   Marks        `json:"done"`
	Detect detect.State `json:"detect"`
	Tally  tally        `json:"tally"`
}

// loadState reads a state file; a fresh state if there is no file.
func loadState(path, run string) (*state, error) {
	fresh := &state{V: stateVersion, Run: run, Done: Marks{}}
	if path == "" {
		return fresh, nil
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, nil
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "The state file %s cannot be read.", path).Because(err)
	}
	s := &state{}
	if err := json.Unmarshal(b, s); err != nil || s.V != stateVersion || s.Done == nil {
		return nil, fault.New(fault.Invalid, "%s is not the state of a replay that this release can go on with.", path).
			Instead("Name another file, or remove it to begin again.").Because(err)
	}
	if s.Run != run {
		return nil, fault.New(fault.Invalid, "%s is the state of another replay: the plan, its detectors, the attack or the blocks asked for were others.", path).
			Instead("Name another file, or remove it to begin again.")
	}
	return s, nil
}

// fingerprint names what is replayed through what.
func (r *replay) fingerprint() string {
	block := ""
	if n := r.o.AttackBlock; n != nil {
		block = fmt.Sprint(*n)
	}
	read := ""
	if len(r.index.Wants(r.chain)) > 0 {
		read = fmt.Sprintf(" read=%d", max(r.o.ReadEvery, 1))
	}
	return fmt.Sprintf("%s chain=%d detectors=%q loose=%t attack=%s%s %s%s",
		r.o.Plan.Hash().Hex(), r.chain, r.o.Detectors, r.o.Loose, r.o.AttackTx.Hex(), block, r.o.Source.Range(), read)
}

// saver writes the state now and then: seldom enough that it costs little, however large it has become.
type saver struct {
	path string
	now  func() time.Time
	last time.Time
	cost time.Duration
}

const (
	saveEvery = time.Second
	saveShare = 20 // at most one part in so many of the time goes into writing
)

// due writes the state if it is time to.
func (s *saver) due(st *state) error {
	if s.path == "" || s.now().Sub(s.last) < max(saveEvery, saveShare*s.cost) {
		return nil
	}
	return s.save(st)
}

func (s *saver) save(st *state) error {
	if s.path == "" {
		return nil
	}
	began := s.now()
	b, err := json.Marshal(st)
	if err == nil {
		err = replace(s.path, b)
	}
	s.last = s.now()
	s.cost = s.last.Sub(began)
	if err != nil {
		return fault.New(fault.Invalid, "The state file %s cannot be written.", s.path).Instead("Name one in a folder that can be written to.").Because(err)
	}
	return nil
}

// replace writes a file so that whoever reads it, whenever, sees all of what was or all of what is.
func replace(path string, b []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
