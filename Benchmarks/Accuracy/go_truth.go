// SPDX-License-Identifier: Apache-2.0

// What the calls of a tree of Go call, by go/types, and what is defined in it: the truth that
// compare.py reads. Standard library only.
//
//	GO111MODULE=off GOPATH=... go run go_truth.go [-module path=dir]... TREE > truth.ndjson
//
// Packages of the tree import each other by the modules of its go.mod files, or those given. What
// they import else is the standard library's, or found in GOPATH; if it is not found, calls by the
// name of its package are known to go out of the tree, others are left out. Files for other systems
// are checked in passes of their own. Tests are left out.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

type site struct {
	File    string   `json:"file"`
	Line    int      `json:"line"`
	Start   int      `json:"start"`
	Name    string   `json:"name"`
	Targets [][2]any `json:"targets,omitempty"`
	Outer   string   `json:"outer,omitempty"`
}

type entity struct {
	Entity string `json:"entity"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Kind   string `json:"kind"`
}

// One package of a directory: its files may say different names.
type unit struct {
	dir, name string
	files     []*ast.File
}

type world struct {
	root    string
	fset    *token.FileSet
	modules map[string]string // path of a module: its folder in the tree
	parsed  map[string]*ast.File
	byDir   map[string][]string
	context build.Context
	outer   types.Importer
	known   map[string]*types.Package // by directory
	info    map[*ast.File]*types.Info
}

func (w *world) rel(file string) string {
	path, err := filepath.Rel(w.root, file)
	if err != nil {
		return file
	}
	return filepath.ToSlash(path)
}

func (w *world) isInner(pos token.Pos) bool {
	file := w.fset.PositionFor(pos, false).Filename
	_, found := w.parsed[file]
	return found
}

// Where in the tree a package is: of a module, or beside what imports it, as in a GOPATH or vendored.
func (w *world) directory(path, from string) string {
	best := ""
	for module := range w.modules {
		if (path == module || strings.HasPrefix(path, module+"/")) && len(module) > len(best) {
			best = module
		}
	}
	if best != "" {
		dir := filepath.Join(w.modules[best], strings.TrimPrefix(path, best))
		if len(w.byDir[dir]) > 0 {
			return dir
		}
	}
	for dir := from; strings.HasPrefix(dir, w.root); dir = filepath.Dir(dir) {
		found := filepath.Join(dir, "vendor", path)
		if len(w.byDir[found]) > 0 {
			return found
		}
		if filepath.Base(dir) == "src" {
			found = filepath.Join(dir, path)
			if len(w.byDir[found]) > 0 {
				return found
			}
		}
	}
	return ""
}

func (w *world) units(dir string) []*unit {
	byName := map[string]*unit{}
	var units []*unit
	for _, path := range w.byDir[dir] {
		if fits, err := w.context.MatchFile(dir, filepath.Base(path)); err != nil || !fits {
			continue
		}
		file := w.parsed[path]
		one := byName[file.Name.Name]
		if one == nil {
			one = &unit{dir: dir, name: file.Name.Name}
			byName[file.Name.Name] = one
			units = append(units, one)
		}
		one.files = append(one.files, file)
	}
	var all []*unit
	for _, one := range units {
		if !isOnePackage(one.files) {
			// Programs beside each other, each of one file.
			for _, file := range one.files {
				all = append(all, &unit{dir, one.name, []*ast.File{file}})
			}
			continue
		}
		all = append(all, one)
	}
	return all
}

// Whether no two files declare one name.
func isOnePackage(files []*ast.File) bool {
	seen := map[string]*ast.File{}
	for _, file := range files {
		for _, declaration := range file.Decls {
			var names []string
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					names = append(names, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if spec, ok := spec.(*ast.TypeSpec); ok {
						names = append(names, spec.Name.Name)
					}
				}
			}
			for _, name := range names {
				if name == "init" || name == "_" {
					continue
				}
				if other := seen[name]; other != nil && other != file {
					return false
				}
				seen[name] = file
			}
		}
	}
	return true
}

type dirImporter struct {
	w    *world
	from string
}

func (i dirImporter) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if dir := i.w.directory(path, i.from); dir != "" {
		if known := i.w.known[dir]; known != nil {
			return known, nil
		}
		units := i.w.units(dir)
		if len(units) == 0 {
			return nil, fmt.Errorf("no files for this system in %s", dir)
		}
		best := units[0]
		for _, one := range units {
			if one.name != "main" && (best.name == "main" || len(one.files) > len(best.files)) {
				best = one
			}
		}
		return i.w.check(best, path), nil
	}
	return i.w.outer.Import(path)
}

func (w *world) check(one *unit, path string) *types.Package {
	if info := w.info[one.files[0]]; info != nil {
		return w.known[one.dir]
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
		Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	for _, file := range one.files {
		w.info[file] = info
	}
	config := types.Config{
		Importer: dirImporter{w, one.dir}, Error: func(error) {}, FakeImportC: true,
	}
	pkg, _ := config.Check(path, w.fset, one.files, info)
	if w.known[one.dir] == nil {
		w.known[one.dir] = pkg
	}
	return pkg
}

func unparen(e ast.Expr) ast.Expr {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		default:
			return e
		}
	}
}

func main() {
	w := &world{
		fset: token.NewFileSet(), modules: map[string]string{}, parsed: map[string]*ast.File{},
		byDir: map[string][]string{},
	}
	arguments := os.Args[1:]
	given := map[string]string{}
	for len(arguments) > 1 && arguments[0] == "-module" {
		path, dir, _ := strings.Cut(arguments[1], "=")
		given[path] = dir
		arguments = arguments[2:]
	}
	if len(arguments) != 1 {
		fmt.Fprintln(os.Stderr, "usage: go_truth [-module path=dir]... TREE")
		os.Exit(2)
	}
	root, err := filepath.Abs(arguments[0])
	if err != nil {
		panic(err)
	}
	w.root = root
	for path, dir := range given {
		w.modules[path] = filepath.Join(root, dir)
	}
	filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if entry.IsDir() {
			if strings.HasPrefix(entry.Name(), ".") && path != root {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.Name() == "go.mod" {
			text, _ := os.ReadFile(path)
			for _, line := range strings.Split(string(text), "\n") {
				words := strings.Fields(line)
				if len(words) >= 2 && words[0] == "module" {
					w.modules[strings.Trim(words[1], `"`)] = filepath.Dir(path)
				}
			}
		}
		if !entry.Type().IsRegular() || !strings.HasSuffix(path, ".go") ||
			strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, _ := parser.ParseFile(w.fset, path, nil, parser.SkipObjectResolution|parser.ParseComments)
		if file == nil || file.Name == nil {
			return nil
		}
		w.parsed[path] = file
		w.byDir[filepath.Dir(path)] = append(w.byDir[filepath.Dir(path)], path)
		return nil
	})
	paths := make([]string, 0, len(w.parsed))
	for path := range w.parsed {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	var dirs []string
	for dir := range w.byDir {
		dirs = append(dirs, dir)
	}
	sort.Strings(dirs)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	judged := map[*ast.File]bool{}
	counts := map[string]int{}
	build.Default.CgoEnabled = false
	w.outer = importer.ForCompiler(w.fset, "source", nil)
	for _, system := range []string{"linux", "windows", "darwin", "js"} {
		w.context = build.Default
		w.context.GOOS = system
		w.context.CgoEnabled = system != "js"
		if system == "js" {
			w.context.GOARCH = "wasm"
			w.context.BuildTags = []string{"ignore", "appengine", "gccgo", "tools"}
		}
		w.known = map[string]*types.Package{}
		w.info = map[*ast.File]*types.Info{}
		for _, dir := range dirs {
			for _, one := range w.units(dir) {
				w.check(one, "tree/"+w.rel(dir))
			}
		}
		for _, path := range paths {
			file := w.parsed[path]
			info := w.info[file]
			if info == nil || judged[file] {
				continue
			}
			judged[file] = true
			w.calls(file, info, encoder, counts)
		}
	}
	for _, path := range paths {
		if !judged[w.parsed[path]] {
			counts["files not judged"]++
			fmt.Fprintln(os.Stderr, "not judged:", w.rel(path))
		}
		w.definitions(w.parsed[path], encoder)
	}
	fmt.Fprintln(os.Stderr, counts)
}

func (w *world) calls(
	file *ast.File, info *types.Info, encoder *json.Encoder, counts map[string]int,
) {
	ast.Inspect(file, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		var name *ast.Ident
		switch callee := unparen(call.Fun).(type) {
		case *ast.Ident:
			name = callee
		case *ast.SelectorExpr:
			name = callee.Sel
		default:
			counts["no name"]++
			return true
		}
		if info.Types[call.Fun].IsType() {
			counts["conversion"]++
			return true
		}
		at := w.fset.PositionFor(name.Pos(), false)
		one := site{
			File: w.rel(at.Filename), Line: at.Line, Start: w.fset.PositionFor(call.Pos(), false).Line,
			Name: name.Name,
		}
		object := info.Uses[name]
		switch object := object.(type) {
		case *types.Func:
			object = object.Origin()
			if w.isInner(object.Pos()) {
				to := w.fset.PositionFor(object.Pos(), false)
				one.Targets = [][2]any{{w.rel(to.Filename), to.Line}}
				counts["inner"]++
			} else {
				one.Outer = object.FullName()
				counts["outer"]++
			}
			encoder.Encode(one)
		case *types.Builtin:
			counts["built in"]++
		case *types.Var, *types.Const:
			counts["variable"]++
		case *types.TypeName:
			counts["conversion"]++
		case nil:
			if selector, ok := unparen(call.Fun).(*ast.SelectorExpr); ok {
				if x, ok := selector.X.(*ast.Ident); ok {
					if pkg, ok := info.Uses[x].(*types.PkgName); ok {
						path := pkg.Imported().Path()
						if w.directory(path, filepath.Dir(at.Filename)) == "" {
							one.Outer = path + "." + name.Name
							counts["outer by name"]++
							encoder.Encode(one)
							return true
						}
					}
				}
			}
			counts["unresolved"]++
		default:
			counts["unresolved"]++
		}
		return true
	})
}

// What is declared outside of functions, and types in them, with the kinds that segstore has.
func (w *world) definitions(file *ast.File, encoder *json.Encoder) {
	add := func(name *ast.Ident, kind string) {
		if name.Name == "_" {
			return
		}
		at := w.fset.PositionFor(name.Pos(), false)
		encoder.Encode(entity{name.Name, w.rel(at.Filename), at.Line, kind})
	}
	var members func(e ast.Expr)
	members = func(e ast.Expr) {
		switch x := e.(type) {
		case *ast.StructType:
			for _, field := range x.Fields.List {
				for _, name := range field.Names {
					add(name, "field")
				}
				members(field.Type)
			}
		case *ast.InterfaceType:
			for _, method := range x.Methods.List {
				for _, name := range method.Names {
					add(name, "method")
				}
			}
		case *ast.StarExpr:
			members(x.X)
		case *ast.ArrayType:
			members(x.Elt)
		case *ast.MapType:
			members(x.Value)
		}
	}
	values := func(declaration *ast.GenDecl, isLocal bool) {
		for _, spec := range declaration.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				kind := "type_alias"
				switch spec.Type.(type) {
				case *ast.StructType:
					kind = "struct"
				case *ast.InterfaceType:
					kind = "interface"
				}
				if spec.Assign.IsValid() {
					kind = "type_alias"
				}
				add(spec.Name, kind)
				members(spec.Type)
			case *ast.ValueSpec:
				if isLocal {
					continue
				}
				for _, name := range spec.Names {
					if declaration.Tok == token.CONST {
						add(name, "constant")
					} else {
						add(name, "variable")
					}
				}
			}
		}
	}
	for _, declaration := range file.Decls {
		switch declaration := declaration.(type) {
		case *ast.FuncDecl:
			if declaration.Recv != nil {
				add(declaration.Name, "method")
			} else {
				add(declaration.Name, "function")
			}
		case *ast.GenDecl:
			values(declaration, false)
		}
		ast.Inspect(declaration, func(node ast.Node) bool {
			statement, ok := node.(*ast.DeclStmt)
			if ok {
				values(statement.Decl.(*ast.GenDecl), true)
			}
			return true
		})
	}
}
