// Package table finds values by a text where there are mostly few of them, and many such sets: what each of ten thousand
// virtual hosts holds.
package table

// Of is a table of values. As long as it has few entries it is a list, and it can be emptied and filled again without a new
// allocation. The zero value is empty.
type Of[V any] struct {
	entries []entry[V]
	// places are those of the entries by their key, from listLimit on.
	places map[string]int
}

type entry[V any] struct {
	key   string
	value V
}

// listLimit is the number of entries up to which looking at all of them costs less than a map.
const listLimit = 16

// Get returns the value of a key, and whether there is one.
func (t *Of[V]) Get(key string) (value V, ok bool) {
	if at := t.find(key); at >= 0 {
		return t.entries[at].value, true
	}
	return value, false
}

// find returns the place of the entry of a key, -1 for none.
func (t *Of[V]) find(key string) int {
	if t.places != nil {
		if at, ok := t.places[key]; ok {
			return at
		}
		return -1
	}
	for i := range t.entries {
		if t.entries[i].key == key {
			return i
		}
	}
	return -1
}

// Len returns the number of entries.
func (t *Of[V]) Len() int { return len(t.entries) }

// KeepFirst adds a value unless the key has one.
func (t *Of[V]) KeepFirst(key string, value V) {
	if t.find(key) < 0 {
		t.add(key, value)
	}
}

// Set adds a value, or puts it in the place of the one that the key has.
func (t *Of[V]) Set(key string, value V) {
	if at := t.find(key); at >= 0 {
		t.entries[at].value = value
		return
	}
	t.add(key, value)
}

func (t *Of[V]) add(key string, value V) {
	t.entries = append(t.entries, entry[V]{key, value})
	switch n := len(t.entries); {
	case n > listLimit:
		t.places[key] = n - 1
	case n == listLimit:
		t.places = map[string]int{}
		for i, e := range t.entries {
			t.places[e.key] = i
		}
	}
}

// Reset empties the table.
func (t *Of[V]) Reset() {
	t.entries, t.places = t.entries[:0], nil
}
