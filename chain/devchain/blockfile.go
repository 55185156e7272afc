package devchain

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"

	"tocsin/evm"
	"tocsin/fault"
)

// A block file is a header (magic, hash of the first block) and records, each
//
//	kind (1 byte) | length (4, big-endian) | CRC-32C of kind, length and payload (4) | payload
//
// appended by a single write. A kill can leave the last record incomplete, never an earlier one.
const (
	magic      = "tocsin devchain 1\n"
	headerSize = len(magic) + 32
	prefixSize = 9
	maxRecord  = 64 << 20
)

// kind says what a record does.
type kind byte

const (
	sideBlock kind = 1 // a block that is not the head, on the way to one that will be
	headBlock kind = 2 // a block that becomes the head
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// blockFile is the append-only file of a chain's blocks.
type blockFile struct {
	f      *os.File
	size   int64 // where the next record goes
	broken error // set when the end of the file is no longer known to be whole
}

// openBlockFile opens or creates the file of the chain that begins with genesis and hands each record to f, in order. A
// torn tail is cut off; the bytes cut are kept beside the file.
func openBlockFile(path string, genesis evm.Hash, f func(kind, []byte) error) (*blockFile, error) {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read blocks: %w", err)
	}
	head := append([]byte(magic), genesis[:]...)
	switch {
	case len(data) < headerSize && bytes.HasPrefix(head, data):
		if err := os.WriteFile(path, head, 0o600); err != nil {
			return nil, fmt.Errorf("create file of blocks: %w", err)
		}
		data = head
	case !bytes.HasPrefix(data, []byte(magic)):
		return nil, fault.New(fault.Invalid, "%s is not a file of blocks that this version reads.", path).
			Instead("Name another folder, or move the file away to begin a new chain.")
	case !bytes.HasPrefix(data, head):
		return nil, fault.New(fault.Invalid, "%s holds a chain that began otherwise (another id or other accounts).", path).
			Instead("Name another folder, or move the file away to begin a new chain.")
	}
	good, err := readRecords(data[headerSize:], f)
	if err != nil {
		return nil, fmt.Errorf("replay %s: %w", path, err)
	}
	size := int64(headerSize + good)
	if rest := data[size:]; len(rest) > 0 {
		if err := os.WriteFile(fmt.Sprintf("%s.torn-%d", path, size), rest, 0o600); err != nil {
			return nil, fmt.Errorf("keep torn end of blocks: %w", err)
		}
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open file of blocks: %w", err)
	}
	if err := file.Truncate(size); err != nil {
		return nil, errors.Join(fmt.Errorf("cut torn end of blocks: %w", err), file.Close())
	}
	if _, err := file.Seek(size, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("go to end of blocks: %w", err), file.Close())
	}
	return &blockFile{f: file, size: size}, nil
}

// readRecords hands every whole record to f and returns how many bytes they take. What follows them is a torn tail;
// damage with whole records after it is an error, for cutting there would lose blocks.
func readRecords(data []byte, f func(kind, []byte) error) (int, error) {
	at := 0
	for at < len(data) {
		k, payload, ok := readRecord(data[at:])
		if !ok {
			if off := nextRecord(data[at+1:]); off >= 0 {
				return 0, fault.New(fault.Invalid, "The block at byte %d is damaged, but blocks after it are whole.", headerSize+at).
					Instead("Restore the file from a copy, or move it away to begin a new chain.")
			}
			return at, nil
		}
		if err := f(k, payload); err != nil {
			return 0, err
		}
		at += prefixSize + len(payload)
	}
	return at, nil
}

func readRecord(data []byte) (kind, []byte, bool) {
	if len(data) < prefixSize {
		return 0, nil, false
	}
	k, n := kind(data[0]), binary.BigEndian.Uint32(data[1:5])
	if (k != sideBlock && k != headBlock) || n > maxRecord || uint64(n) > uint64(len(data)-prefixSize) {
		return 0, nil, false
	}
	payload := data[prefixSize : prefixSize+int(n)]
	return k, payload, checksum(data[:5], payload) == binary.BigEndian.Uint32(data[5:9])
}

// nextRecord returns where the next whole record begins, -1 if there is none.
func nextRecord(data []byte) int {
	for i := range data {
		if _, _, ok := readRecord(data[i:]); ok {
			return i
		}
	}
	return -1
}

func checksum(prefix, payload []byte) uint32 {
	return crc32.Update(crc32.Checksum(prefix, castagnoli), castagnoli, payload)
}

// Append adds a record. It returns once the operating system has it, so that a kill of this process no longer loses it.
func (b *blockFile) Append(k kind, payload []byte) error {
	if b.broken != nil {
		return b.broken
	}
	if len(payload) > maxRecord {
		return fmt.Errorf("append block: %d bytes are more than the %d that a record holds", len(payload), maxRecord)
	}
	rec := make([]byte, prefixSize, prefixSize+len(payload))
	rec[0] = byte(k)
	binary.BigEndian.PutUint32(rec[1:5], uint32(len(payload)))
	binary.BigEndian.PutUint32(rec[5:9], checksum(rec[:5], payload))
	rec = append(rec, payload...)
	if _, err := b.f.Write(rec); err != nil {
		err = fmt.Errorf("append block: %w", err)
		// Part of the record may be there. Without it out of the way, a later block would be lost behind it.
		if undo := b.f.Truncate(b.size); undo != nil {
			b.broken = errors.Join(err, undo)
		} else if _, undo := b.f.Seek(b.size, io.SeekStart); undo != nil {
			b.broken = errors.Join(err, undo)
		}
		return err
	}
	b.size += int64(len(rec))
	return nil
}

// Close makes everything appended durable and closes the file.
func (b *blockFile) Close() error { return errors.Join(b.f.Sync(), b.f.Close()) }
