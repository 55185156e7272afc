package detect

import (
	"testing"

	"github.com/holiman/uint256"
)

// What is taken back of a sum leaves the rest, however much it is.
func TestSumsAreTakenBackExactly(t *testing.T) {
	for taken := uint64(0); taken <= 10; taken++ {
		var s Series
		s.add(Count{Window: 1, N: 1, Sum: uint256.NewInt(taken)})
		s.add(Count{Window: 1, N: 1, Sum: uint256.NewInt(10 - taken)})
		s.take(Count{Window: 1, N: 1, Sum: uint256.NewInt(taken)})
		left := s.at(1)
		if left.N != 1 || left.sum().Uint64() != 10-taken {
			t.Errorf("%d of 10 taken back leaves %d", taken, left.sum())
		}
	}
}
