// Package store keeps things.
package store

import (
	"fmt"
	alias "path/filepath"
)

// Limit is how many.
const Limit = 10

const (
	first = iota
	second
)

var cache, other = map[string]Session{}, 1

// Session is one.
type Session struct {
	Base
	*sync.Mutex
	ID, count int
	inner     []Item
}

type (
	Store interface {
		io.Reader
		Get(key string) (*Session, error)
	}
	Handler func(s *Session) error
	Name    = string
)

// New makes one.
func New(id int) *Session { return &Session{ID: id} }

func (s *Session) Refresh(ctx context.Context) error {
	if s.count > Limit && s.inner != nil {
		return fmt.Errorf("x")
	}
	for i := range s.inner {
		s.inner[i].Touch().Done()
	}
	switch x := ctx.(type) {
	case nil:
		go helper(x)
	}
	local := func() { other++ }
	local()
	return nil
}

func (p Pair[K, V]) Key() K { return p.key }

func Map[T any](xs []T, f func(T) T) []T { return New(1).all(xs) }

func helper(x any) {}

func (l Late) before() { l.behind() }

func (l *Late) behind() {}

type Late struct{}
