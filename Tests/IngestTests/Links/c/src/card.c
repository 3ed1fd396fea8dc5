#include "shop/card.h"
#include "util.h"

struct node {
    int value;
};

static int check(int number) { return util_twice(number); }

card *card_open(int number) {
    struct node node = { number };
    card *found = 0;
    if (check(node.value))
        found = card_open(number - 1);
    return found->backup;
}

int card_charge(card *card, int amount) {
    if (card->backup)
        card_charge(card->backup, amount);
    return card->number;
}

void card_close(card *card) {
    card_open(1)->number = 1;
    helper(2);
}
