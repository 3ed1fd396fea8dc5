package payments

type Gateway interface {
	Charge(amount int) bool
	Receive(amount int) (*Receipt, error)
}

type Receipt struct{ Amount int }

func (r *Receipt) Print() {}

type Card struct {
	Name  string
	inner struct{ count int }
}

func NewCard(number int) *Card { return &Card{} }

func (c *Card) Charge(amount int) bool {
	c.inner.count++
	return limit(amount)
}

func (c *Card) Receive(amount int) (*Receipt, error) {
	c.Charge(amount)
	return &Receipt{Amount: amount}, nil
}

func limit(amount int) bool { return amount > kinds[0] && Unit.valid() }

var kinds = []int{1}

type Kind int

const (
	Unit Kind = iota
	Other
)

func (k Kind) valid() bool { return k == Other }
