package stage

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/ethereum/go-ethereum/accounts/keystore"

	"tocsin/signer"
)

// executorPassword protects nothing: the key is a demo key.
const executorPassword = "tocsin demo"

// Executor returns the account that may pause the vault, out of a keystore file at path, as a team's own would be. The file
// is made if there is none.
func (s *Stage) Executor(path string) (signer.Signer, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := writeExecutor(path); err != nil {
			return nil, fmt.Errorf("make the executor's key file: %w", err)
		}
	}
	return signer.Open(path, executorPassword)
}

func writeExecutor(path string) error {
	key, secret, err := demoKey(executorName)
	if err != nil {
		return err
	}
	sealed, err := keystore.EncryptDataV3(secret, []byte(executorPassword), keystore.LightScryptN, keystore.LightScryptP)
	if err != nil {
		return err
	}
	address := key.Address()
	b, err := json.Marshal(struct {
		Address string              `json:"address"`
		Crypto  keystore.CryptoJSON `json:"crypto"`
		ID      string              `json:"id"`
		Version int                 `json:"version"`
	}{hex.EncodeToString(address[:]), sealed, "00000000-0000-4000-8000-000000031337", 3})
	if err != nil {
		return err
	}
	// By renaming: a kill in between must not leave half a file under this name.
	if err := os.WriteFile(path+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
