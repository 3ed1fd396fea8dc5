module.exports = wrap(helper);

function helper() {
  return function near() {
    near();
  };
}
