const commander = require("./command");

function main() {
  const program = new commander.Command();
  program.parse();
  commander.hidden();
}
