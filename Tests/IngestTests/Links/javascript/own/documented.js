// Types that stand in comments.
class Shelf {
  /**
   * @param {Book} book what goes onto it
   * @param {Map} places
   * @param {string} [label]
   */
  put(book, places, label) {
    book.open();
    places.open();
    label.open();
  }

  /**
   * @return {Book|null}
   */
  first() {
    return this.books[0];
  }
}

class Book {
  open() {}
}

/**
 * @param {Shelf} [shelf=none]
 * @returns {Shelf}
 */
const filled = (shelf = none) => {
  shelf.put();
  return shelf;
};

filled().first().open();

/** @type {Book} */
const found = search();
found.open();

/**
 * @param {Missing} other is in no file
 */
function look(other) {
  other.open();
}
