package accesslog

// Dropped returns how many lines could not be written since the set was made.
func (s *Set) Dropped() uint64 {
	if s == nil {
		return 0
	}
	return s.dropped.Load()
}
