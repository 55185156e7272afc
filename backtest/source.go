package backtest

import (
	"context"

	"tocsin/detect"
	"tocsin/evm"
)

// Source gives the blocks to replay.
type Source interface {
	// Range names which part of history it gives, so that what was done of another is not taken for it.
	Range() string
	// Open begins behind what has been done already.
	Open(ctx context.Context, done Marks) error
	// Next returns the next piece; io.EOF after the last one. Another error is told once all pieces before it have been
	// replayed.
	Next(ctx context.Context) (Piece, error)
	// Progress is how much has been read, of how much (0: not known). It may be called while Next runs.
	Progress() (done, total int64)
	Close()
}

// Marks say how much of each part of a source has been replayed: lines of a file by its name.
type Marks map[string]uint64

// Piece is a block that has not been decoded yet.
type Piece struct {
	Where string // what people call it: "blocks.jsonl:17", "block 17"
	Name  string // the part of the source that it belongs to
	End   uint64 // the mark of that part once the piece has been replayed
	Size  int64  // bytes that it keeps in memory
	// Load decodes and checks it. It is called once, beside those of other pieces.
	Load func(ctx context.Context) (Loaded, error)
}

// Loaded is a block ready for the detectors.
type Loaded struct {
	Block        *evm.Block
	Answers      []detect.Answer // to what detectors want to know at the block; nil if they were not asked
	Bare         bool            // it has transactions that are not given
	Mute         bool            // it has transactions whose receipts are not given
	Unverifiable string          // why it could not be verified although that was wanted; empty if it was
}
