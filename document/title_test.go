package document

import "testing"

// What a document is, is no protocol's name.
func TestTitleNamesTheProtocol(t *testing.T) {
	for title, want := range map[string]string{
		"IR tree": "TBD", "IRP": "TBD", "IRP v2": "TBD", "Playbook v2": "TBD", "Playbook version 2.1": "TBD", "Incident response decision tree": "TBD",
		"Our IR playbook": "TBD", "Decision trees": "TBD", "SIRP": "TBD", "Response tree v3": "TBD",
		"Pinecrest IRP v2": "Pinecrest", "Pinecrest IR tree": "Pinecrest", "Tree Finance": "Tree Finance", "Playbook v2 – Pinecrest": "Pinecrest", "Version Labs": "Version Labs", "Pinecrest IR tree, version 2": "Pinecrest", "Pinecrest (version 3)": "Pinecrest",
	} {
		got, err := Import([]File{{Name: "plan.md", Text: []byte("# " + title + "\n\n## Roles\n\n- Scribe: writes\n")}}, ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got.Plan.Name != want {
			t.Errorf("%q is read as the name %q, not %q", title, got.Plan.Name, want)
		}
	}
}
