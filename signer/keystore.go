package signer

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/fault"
)

// Keystore is a key that lies encrypted in a file, in the form (version 3) that geth, Foundry and others write.
type Keystore struct {
	*Key
	note string
}

// Note says what is wrong with the file although it could be opened, such as that others can read it; empty if nothing is.
func (k *Keystore) Note() string { return k.note }

// keyFile is the form of the file.
type keyFile struct {
	Address string              `json:"address,omitempty"` // 40 hexadecimal digits; some tools leave it out
	Crypto  keystore.CryptoJSON `json:"crypto"`
	ID      string              `json:"id"`
	Version int                 `json:"version"`
}

// maxFile is far more than a key file takes, in bytes.
const maxFile = 64 << 10

// Open opens a key file with its password. Faults: not_found, forbidden (no right to read it), invalid (no key file, or
// one that would take more memory than it is worth), unauthenticated (wrong password).
func Open(path, password string) (*Keystore, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.NotFound, "There is no key file %s.", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fault.New(fault.Forbidden, "The key file %s may not be read by the account that Tocsin runs as.", path)
	case err != nil:
		return nil, fault.New(fault.Invalid, "The key file %s cannot be opened.", path).Because(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fault.New(fault.Invalid, "The key file %s cannot be read.", path).Because(err)
	}
	if info.IsDir() {
		return nil, fault.New(fault.Invalid, "%s is a folder.", path).Instead("Name the key file in it.")
	}
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, "The key file %s cannot be read.", path).Because(err)
	}
	key, err := decrypt(b, password)
	if errors.Is(err, keystore.ErrDecrypt) {
		return nil, fault.New(fault.Unauthenticated, "The password does not open the key file %s.", path)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s is no key file of version 3.", path).Because(err)
	}
	k := &Keystore{Key: key}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		k.note = fmt.Sprintf("Others on this machine may read the key file %s (mode %04o); make it 0600.", path, mode)
	}
	return k, nil
}

func decrypt(b []byte, password string) (*Key, error) {
	if len(b) > maxFile {
		return nil, errors.New("it is too large")
	}
	var file keyFile
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, errors.New("it is not JSON of the right form") // the cause could quote the content
	}
	if file.Version != 3 {
		return nil, fmt.Errorf("its version is %d", file.Version)
	}
	if err := checkCrypto(file.Crypto); err != nil {
		return nil, err
	}
	plain, err := keystore.DecryptDataV3(file.Crypto, password)
	if err != nil {
		return nil, err
	}
	private, err := crypto.ToECDSA(plain)
	if err != nil {
		return nil, errors.New("what it holds is no key")
	}
	key := newKey(private)
	if file.Address != "" && !strings.EqualFold(strings.TrimPrefix(file.Address, "0x"), hex.EncodeToString(key.address[:])) {
		return nil, fmt.Errorf("it says that it holds the key of %s, but it holds that of %s", file.Address, key.address.Hex())
	}
	return key, nil
}

// Bounds on what a key file may ask for: four times the memory of geth's own, and some seconds of work.
const (
	maxScryptMemory = 1 << 30 // bytes
	maxScryptPasses = 16
	maxIterations   = 10_000_000
)

// checkCrypto refuses what would make the decryption panic or exhaust the machine.
func checkCrypto(c keystore.CryptoJSON) error {
	number := func(name string) uint64 {
		n, _ := c.KDFParams[name].(float64)
		if n < 1 || n > 1<<32 || n != float64(uint64(n)) {
			return 0
		}
		return uint64(n)
	}
	if _, ok := c.KDFParams["salt"].(string); !ok {
		return errors.New("its salt is missing")
	}
	if n := number("dklen"); n != 32 {
		return errors.New("its dklen is not 32")
	}
	if iv, err := hex.DecodeString(c.CipherParams.IV); err != nil || len(iv) != 16 {
		return errors.New("its iv is not 16 bytes long")
	}
	switch c.KDF {
	case "scrypt":
		n, r, p := number("n"), number("r"), number("p")
		if n == 0 || r == 0 || p == 0 || p > maxScryptPasses || n > maxScryptMemory/128/r {
			return errors.New("its scrypt parameters are missing or too large")
		}
	case "pbkdf2":
		if _, ok := c.KDFParams["prf"].(string); !ok || number("c") == 0 || number("c") > maxIterations {
			return errors.New("its pbkdf2 parameters are missing or too large")
		}
	default:
		return fmt.Errorf("its kdf is %q where scrypt or pbkdf2 is wanted", c.KDF)
	}
	return nil
}

// Strength is how much work it takes to try a password.
type Strength int

// The strengths.
const (
	Standard Strength = iota // about a second and 256 MB, as geth does
	Light                    // little of both: for tests and drills
)

// New makes a key and writes it to a new file that only its owner can read. Faults: conflict if there is such a file
// already, invalid for an empty password.
func New(path, password string, strength Strength) (*Keystore, error) {
	if password == "" {
		return nil, fault.New(fault.Invalid, "A key file needs a password.")
	}
	private, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	key := newKey(private)
	n, p := keystore.StandardScryptN, keystore.StandardScryptP
	if strength == Light {
		n, p = keystore.LightScryptN, keystore.LightScryptP
	}
	plain := crypto.FromECDSA(private)
	defer clear(plain)
	sealed, err := keystore.EncryptDataV3(plain, []byte(password), n, p)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	b, err := json.Marshal(keyFile{Address: hex.EncodeToString(key.address[:]), Crypto: sealed, ID: uuid(), Version: 3})
	if err != nil {
		return nil, fmt.Errorf("encode key file: %w", err)
	}
	if err := write(path, b); err != nil {
		return nil, err
	}
	return &Keystore{Key: key}, nil
}

// write makes a file that must not be there yet, and sees it safely on the disk: a key that is lost takes funds with it.
func write(path string, b []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "There is a file %s already; it was left as it is.", path)
	}
	if err != nil {
		return fault.New(fault.Invalid, "The key file %s cannot be made.", path).Because(err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(path)
			err = fmt.Errorf("write key file: %w", err)
		}
	}()
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// uuid makes a random UUID (version 4), which other tools want in a key file.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
