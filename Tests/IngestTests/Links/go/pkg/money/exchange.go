// A folder and its package need not have one name.
package exchange

import "example.com/shop/pkg/api/v1"

func Rate(p v1.Price) int { return p.Half().Cents }
