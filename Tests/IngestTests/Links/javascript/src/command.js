class Command {
  parse() {}
}

function hidden() {}

exports = module.exports = new Command();
exports.Command = Command;
