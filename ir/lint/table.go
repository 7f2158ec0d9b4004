package lint

// table finds values by a text. It is for the small sets of each of ten thousand virtual hosts: as long as it has few
// entries it is a list, and it can be emptied and filled again without a new allocation. The zero value is empty.
type table[V any] struct {
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

// get returns the value of a key, and whether there is one.
func (t *table[V]) get(key string) (value V, ok bool) {
	if t.places != nil {
		if at, ok := t.places[key]; ok {
			return t.entries[at].value, true
		}
		return value, false
	}
	for i := range t.entries {
		if t.entries[i].key == key {
			return t.entries[i].value, true
		}
	}
	return value, false
}

// keepFirst adds a value unless the key has one.
func (t *table[V]) keepFirst(key string, value V) {
	if _, taken := t.get(key); taken {
		return
	}
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

// reset empties the table.
func (t *table[V]) reset() {
	t.entries, t.places = t.entries[:0], nil
}
