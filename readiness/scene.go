package readiness

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/plan"
)

// scene is a chain at one block: everything of a look is read there.
type scene struct {
	chain  plan.Chain
	client chain.Client
	head   evm.Header
}

// call makes a call at the block. A contract that refuses is no error: refused says why.
func (s *scene) call(ctx context.Context, m chain.Message) (answer []byte, refused *chain.Revert, err error) {
	answer, err = s.client.Call(ctx, m, &s.head.Number)
	if errors.As(err, &refused) {
		return nil, refused, nil
	}
	return answer, nil, err
}

// ask makes a view call. Without a contract that answers it, ok is false.
func (s *scene) ask(ctx context.Context, to evm.Address, signature string, args ...string) (answer []byte, ok bool, err error) {
	data, err := evm.EncodeCall(signature, args)
	if err != nil {
		return nil, false, fmt.Errorf("encode %s: %w", signature, err)
	}
	answer, refused, err := s.call(ctx, chain.Message{To: &to, Data: data})
	return answer, err == nil && refused == nil && len(answer) > 0, err
}

// account asks for an address; zero if the contract tells none.
func (s *scene) account(ctx context.Context, to evm.Address, signature string) (evm.Address, error) {
	answer, ok, err := s.ask(ctx, to, signature)
	if err != nil || !ok {
		return evm.Address{}, err
	}
	return wordAddress(answer), nil
}

// yes asks for a truth; asked is false if the contract tells none.
func (s *scene) yes(ctx context.Context, to evm.Address, signature string, args ...string) (holds, asked bool, err error) {
	answer, ok, err := s.ask(ctx, to, signature, args...)
	if err != nil || !ok || len(answer) != 32 {
		return false, false, err
	}
	for _, b := range answer[:31] {
		if b != 0 {
			return false, false, nil
		}
	}
	return answer[31] == 1, answer[31] < 2, nil
}

// slot reads an address out of a contract's storage.
func (s *scene) slot(ctx context.Context, of evm.Address, slot evm.Hash) (evm.Address, error) {
	word, err := s.client.Storage(ctx, of, slot, &s.head.Number)
	if err != nil {
		return evm.Address{}, err
	}
	return wordAddress(word[:]), nil
}

// wordAddress reads an address from a word; zero if it is none.
func wordAddress(word []byte) evm.Address {
	if len(word) != 32 || [12]byte(word[:12]) != [12]byte{} {
		return evm.Address{}
	}
	return evm.Address(word[12:])
}

// width is how many questions are asked side by side.
const width = 8

// each does something n times, several side by side, and returns what went wrong.
func each(n int, do func(i int) error) error {
	var wg sync.WaitGroup
	errs := make([]error, n)
	slots := make(chan struct{}, width)
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			errs[i] = do(i)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
