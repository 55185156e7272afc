package web

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tocsin/engine"
	"tocsin/plan"
)

// sightsOf gives each detector of the example plan something to be seen.
func (w *world) sightsOf() {
	var points []ChartPoint
	for i := range 40 {
		f := float64(5 + i*i%7)
		if i > 36 {
			f = 40 * float64(i-36)
		}
		points = append(points, ChartPoint{At: start.Add(time.Duration(i-40) * 5 * time.Minute), Figure: f})
	}
	w.sights = nil
	for i, d := range w.plan.Detectors {
		g := Sight{Detector: d.ID, State: "quiet", Now: "8 ETH", Usual: "7 ETH", Threshold: "60 ETH", Chart: Chart{Points: points, Limits: []float64{60}, Usual: []float64{7}}}
		switch i {
		case 0:
			g.State = "quiet"
			g.Chart.Points, g.Chart.Limits, g.Chart.Usual, g.Usual, g.Threshold = points[:36], nil, nil, "", "any"
		case 1:
			g.State, g.Now, g.Last = "firing", "120 ETH", start.Add(-5*time.Minute)
		case 2:
			g = Sight{Detector: d.ID, State: "unknown", Why: "It cannot be told: assets: no answer within 10s"}
		case 3:
			g = Sight{Detector: d.ID, State: "warming", Why: "3 of 36 windows of its baseline have been seen", Chart: Chart{Points: points[:3]}}
		}
		w.sights = append(w.sights, g)
	}
}

func TestDetectors(t *testing.T) {
	w := newWorld(t, false)
	w.sightsOf()
	janet := w.signedIn("janet")
	p := janet.get("/detectors").is(http.StatusOK)
	p.contains("Watching the watch", "120 ETH", "Dashed: threshold", "now 120 ETH, usual 7 ETH, threshold 60 ETH", "3 of 36 windows", fmt.Sprintf("1 firing, 1 cannot be told, 1 warming, %d quiet.", len(w.plan.Detectors)-3))
	p.markup(`role="img"`, "<title id=", "<desc id=", `class="limit"`)
	if strings.Contains(p.body(), "style=") {
		t.Error("the page carries style, which its own policy forbids")
	}
	for _, d := range w.plan.Detectors {
		p.contains(d.Name).markup(`href="/detectors/` + d.ID + `"`)
	}
	id := w.attack(false)
	janet.get("/detectors").markup(`href="/incidents/` + id + `"`)
	at := "/detectors/" + w.detector()
	janet.get(at).is(http.StatusOK).contains("412.6 HUSD left the vault", "The incident", "As the plan has it", "Ask to mute it").markup(`href="/incidents/`+id+`"`, `value="`+at+`#mute"`, `href="/plan#issue-stolen-user-funds"`)
	janet.get("/detectors/blind").is(http.StatusOK).contains("a chain is not seen, calls people", "It has found nothing").lacks("As the plan has it")
	for _, id := range plan.OwnDetectors() { // a chain that is not seen opens an incident, whether or not an issue names it
		b := builtIns[id]
		if b.say == "" || b.calls == "" {
			t.Errorf("nothing is said of %s", id)
		}
		janet.get("/detectors").contains(id, b.say+", "+b.calls)
	}
	janet.get("/detectors/none").is(http.StatusNotFound)
	w.stranger().get("/detectors").to("/signin")
	w.stranger().get(at).to("/signin")
	if err := w.mutes(w.detector()); err != nil {
		t.Fatal(err)
	}
	janet.get("/detectors").contains("Muted until", "Janet R and Oscar P", "We move funds", "Unmute")
	janet.submit("/detectors", "unmute", nil).to("/detectors")
	janet.get("/detectors").lacks("Muted until")
	w.console.Sights = nil
	janet.get("/detectors").is(http.StatusOK).contains("This server does not watch.", "not watched here")
}

// What a detector looks at decides under which chain the overview lists it, or that it stands beside the chains.
func TestChainsOfDetectors(t *testing.T) {
	p := &plan.Plan{Assets: []plan.Asset{{ID: "vault", Chain: 1}, {ID: "executor", Chain: 10}, {ID: "app"}}}
	for _, c := range []struct {
		of   plan.Detector
		want []uint64
	}{
		{plan.Detector{Kind: "match", Asset: "vault"}, []uint64{1}},
		{plan.Detector{Kind: "spike", Chain: 10}, []uint64{10}},
		{plan.Detector{Kind: "balance", Account: "executor"}, []uint64{10}},
		{plan.Detector{Kind: "balance", Account: "executor", Asset: "vault"}, []uint64{1}},
		{plan.Detector{Kind: "state", Readings: map[string]plan.Reading{"held": {Asset: "vault"}}}, []uint64{1}},
		{plan.Detector{Kind: "http", Asset: "vault"}, nil},
		{plan.Detector{Kind: "web", Asset: "app"}, nil},
	} {
		if got := chainsOf(p, c.of); !slices.Equal(got, c.want) {
			t.Errorf("%s of %s%s%v: %v, want %v", c.of.Kind, c.of.Asset, c.of.Account, c.of.Readings, got, c.want)
		}
	}
}

// markup wants exact pieces of the page's source.
func (a answer) markup(pieces ...string) answer {
	a.t.Helper()
	for _, p := range pieces {
		if !strings.Contains(a.body(), p) {
			a.t.Errorf("the page has no %s", p)
		}
	}
	return a
}

// mutes has two people mute a detector for an hour.
func (w *world) mutes(detector string) error {
	for _, who := range []string{"janet", "oscar"} {
		o := engine.MuteOrder{Protocol: w.plan.Protocol, Detector: detector, Until: w.clock().Add(time.Hour), Why: "We move funds", Actor: (&session{person: plan.Person{ID: who}, via: "test"}).actor()}
		if _, err := w.engine.Mute(w.t.Context(), o); err != nil {
			return err
		}
	}
	return nil
}

func TestDetectorsAreRankedAndTurned(t *testing.T) {
	p := detectorsPage{shell: &shell{}}
	list := make([]plan.Detector, 10_000)
	for i := range list {
		list[i].ID = fmt.Sprint(i)
	}
	if got := p.turn(list, 3, "/detectors"); len(got) != 100 || got[0].ID != "200" || p.From != 201 || p.Before != "/detectors?page=2" || p.After != "/detectors?page=4" {
		t.Errorf("%d from %d, before %s, after %s", len(got), p.From, p.Before, p.After)
	}
	p = detectorsPage{shell: &shell{}}
	if got := p.turn(list, 1000, "/detectors"); len(got) != 100 || p.From != 9901 || p.After != "" {
		t.Errorf("%d from %d, after %s", len(got), p.From, p.After)
	}
	p = detectorsPage{shell: &shell{}}
	if got := p.turn(nil, -1, "/detectors"); len(got) != 0 || p.Before != "" || p.After != "" {
		t.Errorf("%d, before %s, after %s", len(got), p.Before, p.After)
	}
	for i, states := range [][2]string{{"firing", "unknown"}, {"unknown", "warming"}, {"warming", "quiet"}} {
		if byRank(Sight{State: states[0]}, Sight{State: states[1]}) >= 0 {
			t.Errorf("%d: %v", i, states)
		}
	}
}

// Whatever the figures are, what is drawn stays within its frame.
func TestPlot(t *testing.T) {
	at := func(i int) time.Time { return start.Add(time.Duration(i) * time.Minute) }
	if plotOf(Sight{}, nil, 168, 40) != nil {
		t.Error("nothing was drawn")
	}
	for _, c := range []Chart{
		{Points: []ChartPoint{{at(0), 0}}},
		{Points: []ChartPoint{{at(0), 5}, {at(1), 5}}, Steps: true},
		{Points: []ChartPoint{{at(0), -1e30}, {at(1), 1e30}}, Limits: []float64{0}},
		{Points: []ChartPoint{{at(0), 5e-18}, {at(1), 4e-18}}, Steps: true, Limits: []float64{1e-18}, Usual: []float64{5e-18}},
		{Points: []ChartPoint{{at(0), math.NaN()}, {at(1), math.Inf(1)}, {at(2), 3}}},
	} {
		p := plotOf(Sight{Chart: c, Now: "x"}, []time.Time{at(-1), at(0), at(9)}, 168, 40)
		marks := 1 // the others lie outside
		if math.IsNaN(c.Points[0].Figure) {
			marks = 0
		}
		if p == nil || p.Say == "" || len(p.Limits) != len(c.Limits) || len(p.Marks) != marks {
			t.Fatalf("%+v", p)
		}
		for _, xy := range strings.Fields(p.Value) {
			var x, y float64
			if _, err := fmt.Sscanf(xy, "%f,%f", &x, &y); err != nil || !(x >= 0 && x <= 168 && y >= 0 && y <= 40) {
				t.Errorf("%+v: %s, %v", c, xy, err)
			}
		}
	}
}

func TestWhatLiesAboveTheLimit(t *testing.T) {
	for _, c := range []struct {
		line []spot
		want []string
	}{
		{[]spot{{0, 30}, {10, 30}}, nil},
		{[]spot{{0, 30}, {10, 10}, {20, 30}}, []string{"5.0,20.0 10.0,10.0 15.0,20.0"}},
		{[]spot{{0, 10}, {10, 30}, {20, 10}}, []string{"0.0,20.0 0.0,10.0 5.0,20.0", "15.0,20.0 20.0,10.0 20.0,20.0"}},
		{[]spot{{0, 20}, {10, 20}}, nil},
		{[]spot{{5, 1}}, []string{"5.0,20.0 5.0,1.0 5.0,20.0"}},
	} {
		if got := above(c.line, 20); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q", c.line, got)
		}
	}
}

func TestDefinition(t *testing.T) {
	d := plan.Detector{ID: "x", Name: "X", Kind: "state", Holds: "a > 0", Readings: map[string]plan.Reading{"a": {Asset: "vault", Function: "paused()"}}, CoolDown: plan.Duration(time.Hour), Asset: "vault"}
	w := newWorld(t, false)
	var got []string
	for _, r := range definition(w.plan, d) {
		got = append(got, r.Label+"="+r.Text)
	}
	text := strings.Join(got, "|")
	for _, want := range []string{"kind=state", "holds=a > 0", "readings=a: paused() of ", "cool down=1h"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s lacks %s", text, want)
		}
	}
}

func TestShotsOfDetectors(t *testing.T) {
	w := newWorld(t, true)
	w.sightsOf()
	b := newBrowser(t, w)
	b.signIn("janet")
	w.attack(true)
	if err := w.mutes(w.plan.Detectors[0].ID); err != nil {
		t.Fatal(err)
	}
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desk", 1360, 1000}, {"phone", 360, 1400}} {
		b.size(size.width, size.height)
		for name, path := range map[string]string{"detectors": "/detectors", "detector": "/detectors/" + w.plan.Detectors[1].ID} {
			b.open(path)
			if over := eval[float64](b, "document.documentElement.scrollWidth - innerWidth"); over > 0 {
				t.Errorf("%s on a %s is %v pixels too wide", path, size.name, over)
			}
			b.shot(name + "-" + size.name)
		}
	}
	b.dark()
	b.open("/detectors")
	b.shot("detectors-dark")
	w.mu.Lock()
	w.sights[4].State = "firing"
	w.mu.Unlock()
	w.attack(true) // something changes, and the page follows
	b.do(chromedp.WaitVisible(`[data-key="detector-` + w.plan.Detectors[4].ID + `"][data-state="firing"]`))
}
