#ifndef SHOP_CARD_H
#define SHOP_CARD_H

typedef struct card card;

struct card {
    int number;
    card *backup;
};

card *card_open(int number);
int card_charge(card *card, int amount);
void card_close(card *card);

#endif
