// Package slab allocates many small values of one type together. A large configuration has hundreds of thousands of nodes,
// words and items, which all live as long as it does: one allocation for each is what reading them would cost most.
package slab

// Of hands out values of a type. The zero value is ready to use, by one goroutine at a time. A value that is still in use
// keeps those alive that were allocated with it.
type Of[T any] struct {
	spare []T
	chunk int
}

// The numbers of values that are allocated together: few at first, since most configurations are small.
const (
	firstChunk = 8
	lastChunk  = 256
)

// New returns a new zero value.
func (s *Of[T]) New() *T { return &s.Slice(1)[0] }

// Slice returns n zero values, nil for none. Appending to them allocates.
func (s *Of[T]) Slice(n int) []T {
	if n == 0 {
		return nil
	}
	if n > len(s.spare) {
		if n > lastChunk/4 {
			return make([]T, n)
		}
		s.chunk = min(max(2*s.chunk, firstChunk, n), lastChunk)
		s.spare = make([]T, s.chunk)
	}
	values := s.spare[:n:n]
	s.spare = s.spare[n:]
	return values
}

// Copy returns values in memory of the slab.
func (s *Of[T]) Copy(values []T) []T {
	kept := s.Slice(len(values))
	copy(kept, values)
	return kept
}
