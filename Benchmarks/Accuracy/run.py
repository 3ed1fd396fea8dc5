#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares segstore's definitions and calls with what knows better, on real trees, and prints a
table. Started by scripts/accuracy."""

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import zipfile

import compare

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WORK = f"{ROOT}/.build/accuracy"
VENV = f"{WORK}/venv/bin"
PYPI = ["jedi==0.19.2", "libclang==18.1.1"]
DEBIAN = [
    "golang-go", "default-jdk-headless", "junit5", "libeasymock-java", "rustc", "cargo",
    "librust-regex-dev", "librust-aho-corasick-dev", "librust-memchr-dev", "librust-serde-dev",
    "librust-serde-derive-dev", "nodejs", "node-typescript", "ruby", "php-cli",
    "php-xdebug", "node-commander", "golang-golang-x-tools-dev", "golang-github-spf13-cobra-dev",
    "elixir", "erlang-dev", "mono-mcs", "mono-runtime", "libmono-cil-dev", "libmono-cecil-cil",
    "kotlin", "scala",
]


class Missing(Exception):
    pass


def run(command, **options):
    return subprocess.run(command, check=True, **options)


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Missing(f"no {program}: `scripts/accuracy --install` gets it")


# Where trees come from. Each gives the folder, and fetches it once.

def pypi(name, spec):
    target = f"{WORK}/trees/{name}"
    if not os.path.isdir(target):
        folder = f"{WORK}/wheels/{name}"
        run([f"{VENV}/pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", folder,
             spec], stdout=sys.stderr)
        with zipfile.ZipFile(glob.glob(f"{folder}/*.whl")[0]) as wheel:
            wheel.extractall(f"{WORK}/wheels/{name}/in")
        shutil.move(f"{WORK}/wheels/{name}/in/{name}", target)
    return target


def package(name, installed):
    """Out of what a package of Debian has put in place."""
    target = f"{WORK}/trees/{name}"
    if not os.path.isdir(target):
        found = sorted(glob.glob(installed))
        if not found:
            raise Missing(f"no {installed}: `scripts/accuracy --install` gets it")
        shutil.copytree(found[-1], target, symlinks=True)
    return target


def source(name, debian, folder=""):
    """Out of a source package of Debian, whose addresses are those of its binaries."""
    target = f"{WORK}/trees/{name}"
    if os.path.isdir(target):
        return target
    state = f"{WORK}/apt"
    os.makedirs(f"{state}/lists/partial", exist_ok=True)
    os.makedirs(f"{WORK}/sources/{name}", exist_ok=True)
    lines = []
    for path in glob.glob("/etc/apt/sources.list.d/*.sources"):
        with open(path) as file:
            text = file.read()
        for address, suites in re.findall(r"(?ms)^URIs: (\S+).*?^Suites: ([^\n]+)", text):
            lines += [f"deb-src {address} {suite} main\n" for suite in suites.split()]
    with open(f"{state}/sources.list", "w") as file:
        file.writelines(lines)
    options = ["-qq", "-o", f"Dir::Etc::sourcelist={state}/sources.list",
               "-o", "Dir::Etc::sourceparts=/nonexistent", "-o", f"Dir::State::lists={state}/lists"]
    try:
        run(["apt-get", *options, "update"], stdout=sys.stderr)
        run(["apt-get", *options, "source", debian], stdout=sys.stderr,
            cwd=f"{WORK}/sources/{name}")
    except (OSError, subprocess.CalledProcessError):
        # A mirror may have no more than what Debian's own part is added to.
        originals = glob.glob(f"{WORK}/sources/{name}/*.orig.tar.*")
        if len(originals) != 1:
            raise Missing(f"`apt-get source {debian}` failed") from None
        run(["tar", "-xf", originals[0], "-C", f"{WORK}/sources/{name}"])
    unpacked = [p for p in glob.glob(f"{WORK}/sources/{name}/*") if os.path.isdir(p)][0]
    # The files as they were before Debian's patches are no part of the tree.
    shutil.copytree(os.path.join(unpacked, folder), target, symlinks=True,
                    ignore=shutil.ignore_patterns(".pc"))
    return target


# What knows better. Each writes to a file.

def jedi(tree, output):
    run([f"{VENV}/python", f"{HERE}/python_truth.py", tree], stdout=output)


def swiftc(tree, output):
    need("swift")
    library = os.path.join(
        os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("swift")))),
        "lib/libIndexStore.so")
    run(["swift", "build", "--build-tests"], cwd=tree, stdout=sys.stderr)
    run([sys.executable, f"{HERE}/swift_truth.py", library, f"{tree}/.build/debug/index/store",
         tree], stdout=output)


def go(tree, output):
    need("go")
    run(["go", "run", f"{HERE}/go_truth.go", tree], stdout=output,
        env={**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode"})


def javac(tree, output):
    need("java")
    jars = ":".join(sorted(
        jar for pattern in ("junit-jupiter*", "easymock", "apiguardian*", "opentest4j", "hamcrest*")
        for jar in glob.glob(f"/usr/share/java/{pattern}.jar")))
    run(["java", f"{HERE}/JavaTruth.java", "-cp", jars or ".", tree], stdout=output)


def kotlinc(tree, output):
    need("java", "kotlinc")
    jars = ":".join(f"{JARS}/{name}.jar" for name in (
        "kotlin-compiler", "kotlin-stdlib", "kotlin-reflect", "kotlin-script-runtime",
        "libtrove-intellij", "org.jetbrains.annotations-common"))
    run(["java", "-Xss8m", "-cp", jars, f"{HERE}/KotlinTruth.java", "-cp", jars, tree],
        stdout=output)


def scalac(tree, output):
    need("java", "scalac")
    jars = ":".join(
        f"{JARS}/{name}.jar" for name in ("scala-library", "scala-reflect", "scala-compiler"))
    os.makedirs(f"{WORK}/scala", exist_ok=True)
    run(["scalac", "-nowarn", "-cp", jars, "-d", f"{WORK}/scala", f"{HERE}/ScalaTruth.scala"],
        stdout=sys.stderr)
    run(["java", "-Xss8m", "-cp", f"{WORK}/scala:{jars}", "ScalaTruth", tree], stdout=output)


def rustc(tree, output):
    need("cargo", "rustc")
    os.makedirs(f"{WORK}/trees/.cargo", exist_ok=True)
    with open(f"{WORK}/trees/.cargo/config.toml", "w") as file:
        file.write('[source.crates-io]\nreplace-with = "debian"\n[source.debian]\n'
                   'directory = "/usr/share/cargo/registry"\n[net]\noffline = true\n'
                   f'[build]\ntarget-dir = "{WORK}/cargo"\n')
    # What tests and benchmarks depend on is not there.
    path = f"{tree}/Cargo.toml"
    with open(path) as file:
        parts = re.split(r"(?m)^(?=\[)", file.read())
    with open(path, "w") as file:
        file.write("".join(p for p in parts if not re.match(
            r"\[(target\..*)?\.?dev-dependencies|\[\[(bench|test|example|bin)\]\]", p)))
    run([sys.executable, f"{HERE}/rust_truth.py", tree], stdout=output)


def clang(tree, output):
    run([f"{VENV}/python", f"{HERE}/c_truth.py", tree], stdout=output)


def typescript(tree, output):
    need("node")
    run(["node", f"{HERE}/ts_truth.js", tree], stdout=output,
        env={**os.environ, "NODE_PATH": NODE})


def elixirc(tree, output):
    need("elixir")
    # What the tree's own dependencies include is read where they stand.
    libraries = glob.glob(f"{WORK}/sources/{os.path.basename(tree)}/*/deps")
    for folder in libraries:
        for library in glob.glob(f"{folder}/*/"):
            os.makedirs(f"{library}ebin", exist_ok=True)
    run(["elixir", f"{HERE}/elixir_truth.exs", tree], stdout=output, stderr=subprocess.DEVNULL,
        env={**os.environ, "ERL_LIBS": ":".join(libraries)})


MONO = "/usr/lib/mono"


def mcs(folders, symbols=()):
    """All in these folders as one library, made with the compiler's own symbols."""
    def know(tree, output):
        need("mcs", "mono")
        work = f"{WORK}/mono"
        os.makedirs(work, exist_ok=True)
        cecil = sorted(glob.glob(f"{MONO}/gac/Mono.Cecil/*/Mono.Cecil.dll"))
        if not cecil:
            raise Missing("no Mono.Cecil: `scripts/accuracy --install` gets it")
        shutil.copy(cecil[-1], f"{work}/Mono.Cecil.dll")
        run(["mcs", "-nowarn:1685,649", f"-out:{work}/CSharpTruth.exe",
             f"-r:{MONO}/4.5/Mono.CSharp.dll", f"-r:{work}/Mono.Cecil.dll",
             f"{HERE}/CSharpTruth.cs"], stdout=sys.stderr)
        files = sorted(
            path for folder in folders
            for path in glob.glob(f"{tree}/{folder}/**/*.cs", recursive=True)
            if os.path.basename(path) != "AssemblyInfo.cs")
        name = f"{work}/{os.path.basename(tree)}"
        with open(f"{name}.txt", "w") as file:
            file.writelines(path + "\n" for path in files)
        run(["mcs", "-warn:0", "-debug", "-unsafe", "-target:library", f"-out:{name}.dll",
             *(f"-d:{symbol}" for symbol in symbols),
             *(f"-r:{library}" for library in LIBRARIES), f"@{name}.txt"], stdout=sys.stderr)
        run(["mono", f"{work}/CSharpTruth.exe", tree, f"{name}.dll", f"{name}.txt", *symbols],
            stdout=output, env={**os.environ, "MONO_PATH": f"{MONO}/4.5"})
    return know


LIBRARIES = [
    "System", "System.Configuration", "System.Core", "System.Data", "System.Drawing",
    "System.Numerics", "System.Runtime.Remoting", "System.Runtime.Serialization",
    "System.Security", "System.Windows.Forms", "System.Xml", "System.Xml.Linq",
    "Microsoft.CSharp", "Mono.Posix",
]
REGISTRY = "/usr/share/cargo/registry"
GO = "/usr/share/gocode/src"
NODE = "/usr/share/nodejs"
JARS = "/usr/share/java"
TREES = [
    ("Swift", "segstore", lambda: ROOT, swiftc),
    ("Python", "requests", lambda: pypi("requests", "requests==2.32.3"), jedi),
    ("Python", "flask", lambda: pypi("flask", "flask==3.1.0"), jedi),
    ("Python", "click", lambda: pypi("click", "click==8.1.8"), jedi),
    ("Python", "httpx", lambda: pypi("httpx", "httpx==0.28.1"), jedi),
    ("Python", "jinja2", lambda: pypi("jinja2", "jinja2==3.1.5"), jedi),
    ("Python", "rich", lambda: pypi("rich", "rich==13.9.4"), jedi),
    ("Go", "cobra", lambda: package("cobra", f"{GO}/github.com/spf13/cobra"), go),
    ("Go", "x/tools", lambda: package("x-tools", f"{GO}/golang.org/x/tools"), go),
    ("Java", "commons-lang3", lambda: source("commons-lang3", "libcommons-lang3-java"), javac),
    ("Java", "guava", lambda: source("guava", "guava-libraries", "guava/src"), javac),
    ("C", "git", lambda: source("git", "git"), clang),
    ("C", "zlib", lambda: source("zlib", "zlib"), clang),
    ("C++", "fmt", lambda: source("fmt", "fmtlib"), clang),
    ("C++", "leveldb", lambda: source("leveldb", "leveldb"), clang),
    ("C++", "re2", lambda: source("re2", "re2"), clang),
    ("C++", "tinyxml2", lambda: source("tinyxml2", "tinyxml2"), clang),
    ("C++", "yaml-cpp", lambda: source("yaml-cpp", "yaml-cpp"), clang),
    ("JavaScript", "express", lambda: source("express", "node-express"), typescript),
    ("JavaScript", "commander", lambda: package("commander", f"{NODE}/commander"), typescript),
    ("Rust", "regex", lambda: package("regex", f"{REGISTRY}/regex-1*"), rustc),
    ("Rust", "regex-syntax",
     lambda: package("regex-syntax", f"{REGISTRY}/regex-syntax-*"), rustc),
    ("Rust", "serde", lambda: package("serde", f"{REGISTRY}/serde-1*"), rustc),
    ("C#", "keepass2", lambda: source("keepass2", "keepass2"), mcs(["KeePass", "KeePassLib"])),
    ("C#", "newtonsoft-json",
     lambda: source("newtonsoft-json", "newtonsoft-json", "Src/Newtonsoft.Json"),
     mcs([""], ["NET40", "TRACE", "CODE_ANALYSIS"])),
    ("C#", "nunit",
     lambda: source("nunit", "nunit", "src/NUnitFramework/framework"),
     mcs([""], ["CLR_2_0", "NET_3_5", "NET_4_0", "MONO"])),
    ("C#", "dbus-sharp", lambda: source("dbus-sharp", "dbus-sharp", "src"), mcs([""])),
    ("Elixir", "elixir", lambda: source("elixir", "elixir-lang", "lib"), elixirc),
    ("Elixir", "rabbitmq-cli",
     lambda: source("rabbitmq-cli", "rabbitmq-server", "deps/rabbitmq_cli"), elixirc),
    ("Kotlin", "kotlin-frontend",
     lambda: source("kotlin-frontend", "kotlin", "compiler/frontend"), kotlinc),
    ("Kotlin", "kotlin-js", lambda: source("kotlin-js", "kotlin", "js/js.translator"), kotlinc),
    ("Kotlin", "kotlin-ir", lambda: source("kotlin-ir", "kotlin", "compiler/ir"), kotlinc),
    ("Scala", "scala-library", lambda: source("scala-library", "scala", "src/library"), scalac),
    ("Scala", "scala-reflect", lambda: source("scala-reflect", "scala", "src/reflect"), scalac),
    ("Scala", "scalap", lambda: source("scalap", "scala", "src/scalap"), scalac),
]


def row(cells):
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(prog="scripts/accuracy", description=__doc__)
    parser.add_argument("names", nargs="*", help="languages or trees (default: all)")
    parser.add_argument("--install", action="store_true", help="get what the truths need, as root")
    parser.add_argument("--fresh", action="store_true", help="ask again what is known from before")
    arguments = parser.parse_args()
    os.makedirs(WORK, exist_ok=True)
    if arguments.install:
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *DEBIAN],
            stdout=sys.stderr)
    if not os.path.exists(f"{VENV}/python"):
        run([sys.executable, "-m", "venv", f"{WORK}/venv"])
        run([f"{VENV}/pip", "install", "-q", *PYPI], stdout=sys.stderr)
    wanted = {name.lower() for name in arguments.names}
    print(row(["language", "tree", "calls into it", "resolved right", "ambiguous", "exact right",
               "probable right", "definitions: recall", "precision"]))
    print(row(["---", "---"] + ["---:"] * 7))
    for language, name, fetch, know in TREES:
        if wanted and not wanted & {language.lower(), name.lower()}:
            continue
        print(f"{language}: {name}", file=sys.stderr)
        truth = f"{WORK}/{name.replace('/', '-')}.ndjson"
        try:
            tree = fetch()
            if arguments.fresh or tree == ROOT or not os.path.exists(truth):
                with open(truth + ".part", "w") as output:
                    know(tree, output)
                os.replace(truth + ".part", truth)
        except (Missing, subprocess.CalledProcessError) as problem:
            why = problem if isinstance(problem, Missing) else f"{problem.cmd[0]} failed"
            print(row([language, name, f"not measured: {why}"] + [""] * 6), flush=True)
            continue
        # What a variable is that holds a function is a question of taste in JavaScript.
        is_whole = language != "JavaScript"
        # The trees that its tests ingest are no part of the package.
        excluded = ["/Tests/IngestTests/Links", "/Tests/IngestTests/Samples"] if tree == ROOT else []
        f = compare.compare(f"{ROOT}/.build/release/segstore", tree, truth, excluded).figures()
        print(row([
            language, name, f"{f['calls']:,}", f"{f['resolved']:.1f} %", f"{f['ambiguous']:.1f} %",
            f"{f['exact']:.2f} % of {f['exactCount']:,}",
            f"{f['probable']:.1f} % of {f['probableCount']:,}",
            f"{f['recall']:.2f} %" if is_whole else "", f"{f['precision']:.2f} %" if is_whole else "",
        ]), flush=True)


if __name__ == "__main__":
    main()
