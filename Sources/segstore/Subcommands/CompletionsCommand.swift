// SPDX-License-Identifier: Apache-2.0

extension Command {
    static let completions = Command(
        name: "completions", operands: ["shell"], summary: "a script for bash, zsh or fish",
        details: """
            Prints what makes the shell complete commands, options, their values, and keys and names out \
            of the store. For bash and zsh put the output's eval into ~/.bashrc, or ~/.zshrc behind \
            compinit; for fish save it as ~/.config/fish/completions/segstore.fish.
            """,
        examples: [
            "eval \"$(segstore completions bash)\"",
            "segstore completions zsh > ~/.zfunc/_segstore",
            "segstore completions fish > ~/.config/fish/completions/segstore.fish",
        ],
        readsStore: false, formats: []
    ) { arguments, output in
        guard let shell = Shell(rawValue: arguments.operand) else {
            let shells = CommandLineWords.choice(of: Shell.allCases.map(\.rawValue))
            throw UsageError("there are completions for \(shells), not '\(arguments.operand)'")
        }
        output.write(shell.completionScript)
        return .done
    }

    static let man = Command(
        name: "man", summary: "the manual page",
        details: "Prints all that help says, for man.",
        examples: [
            "segstore man | man -l -",
            "segstore man > ~/.local/share/man/man1/segstore.1",
        ],
        readsStore: false, formats: []
    ) { _, output in
        ManualPage.write(output)
        return .done
    }
}
