// SPDX-License-Identifier: Apache-2.0

import com.sun.source.tree.*;
import com.sun.source.util.*;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import javax.lang.model.element.*;
import javax.lang.model.type.TypeKind;
import javax.tools.*;

/**
 * What the calls of a tree of Java call, by the JDK's compiler, and what is defined in it: the truth
 * that compare.py reads. What the compiler cannot resolve, as it depends on what is not there, is
 * left out.
 *
 * <p>java JavaTruth.java [-cp JARS] TREE > truth.ndjson
 */
public class JavaTruth {
    static Path root;
    static Trees trees;
    static SourcePositions positions;
    static PrintStream out;
    static Map<CompilationUnitTree, String> texts = new IdentityHashMap<>();
    static Map<String, Integer> counts = new TreeMap<>();

    static void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    public static void main(String[] arguments) throws IOException {
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "-proc:none", "-Xmaxerrs", "1", "-nowarn", "-implicit:none",
                                "-XDshould-stop.ifError=FLOW"));
        int first = 0;
        String classPath = "";
        if (arguments[first].equals("-cp")) {
            classPath = arguments[first + 1];
            first += 2;
        }
        options.addAll(List.of("-cp", classPath));
        root = Path.of(arguments[first]).toRealPath();
        out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false, "UTF-8");
        List<Path> paths;
        try (Stream<Path> all = Files.walk(root)) {
            paths =
                    all.filter(p -> p.toString().endsWith(".java") && Files.isRegularFile(p))
                            .filter(p -> !p.endsWith("module-info.java"))
                            .sorted()
                            .collect(Collectors.toList());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager manager =
                compiler.getStandardFileManager(null, null, java.nio.charset.StandardCharsets.UTF_8);
        int[] errors = {0};
        DiagnosticListener<JavaFileObject> listener =
                d -> {
                    if (d.getKind() == Diagnostic.Kind.ERROR) {
                        errors[0]++;
                        if (errors[0] <= 5) System.err.println(d.toString().split("\n")[0]);
                    }
                };
        JavacTask task =
                (JavacTask)
                        compiler.getTask(
                                null, manager, listener, options, null,
                                manager.getJavaFileObjectsFromPaths(paths));
        trees = Trees.instance(task);
        positions = trees.getSourcePositions();
        List<CompilationUnitTree> units = new ArrayList<>();
        for (CompilationUnitTree unit : task.parse()) units.add(unit);
        try {
            task.analyze();
        } catch (RuntimeException | AssertionError e) {
            System.err.println("analysis ended early: " + e);
        }
        for (CompilationUnitTree unit : units) new Calls(unit).scan(unit, null);
        out.flush();
        System.err.println("errors " + errors[0] + ", " + counts);
    }

    static String text(CompilationUnitTree unit) {
        return texts.computeIfAbsent(
                unit,
                u -> {
                    try {
                        return u.getSourceFile().getCharContent(true).toString();
                    } catch (IOException e) {
                        return "";
                    }
                });
    }

    /** Where a name stands at or behind a place in a file. */
    static long find(CompilationUnitTree unit, CharSequence name, long from) {
        String all = text(unit);
        int at = (int) Math.max(0, from);
        while (true) {
            at = all.indexOf(name.toString(), at);
            if (at < 0) return from;
            boolean before = at > 0 && Character.isJavaIdentifierPart(all.charAt(at - 1));
            int end = at + name.length();
            boolean after = end < all.length() && Character.isJavaIdentifierPart(all.charAt(end));
            if (!before && !after) return at;
            at = end;
        }
    }

    static long line(CompilationUnitTree unit, long position) {
        return unit.getLineMap().getLineNumber(position);
    }

    static String file(CompilationUnitTree unit) {
        return root.relativize(Path.of(unit.getSourceFile().toUri())).toString().replace('\\', '/');
    }

    static long end(CompilationUnitTree unit, Tree tree) {
        return tree == null ? -1 : positions.getEndPosition(unit, tree);
    }

    /** Where the name of what is declared stands. */
    static long namePosition(CompilationUnitTree unit, Tree tree) {
        long from = positions.getStartPosition(unit, tree);
        CharSequence name;
        if (tree instanceof ClassTree) {
            ClassTree type = (ClassTree) tree;
            name = type.getSimpleName();
            from = Math.max(from, end(unit, type.getModifiers()));
        } else if (tree instanceof MethodTree) {
            MethodTree method = (MethodTree) tree;
            name = method.getName();
            from = Math.max(from, end(unit, method.getModifiers()));
            for (Tree parameter : method.getTypeParameters()) {
                from = Math.max(from, end(unit, parameter));
            }
            if (method.getReturnType() != null) {
                from = Math.max(from, end(unit, method.getReturnType()));
            }
        } else {
            VariableTree variable = (VariableTree) tree;
            name = variable.getName();
            from = Math.max(from, end(unit, variable.getModifiers()));
            // An enumeration's constants have a type that is not written, and ends behind them.
            Tree type = variable.getType();
            boolean isConstant = false;
            if (variable.getModifiers().getFlags().contains(Modifier.STATIC)) {
                long end = end(unit, variable.getModifiers());
                long start = positions.getStartPosition(unit, variable.getModifiers());
                isConstant = end < 0 || !text(unit).substring((int) start, (int) end).contains("static");
            }
            if (!isConstant && type != null) from = Math.max(from, end(unit, type));
        }
        return find(unit, name, from);
    }

    static String quoted(CharSequence text) {
        return "\"" + text.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    static class Calls extends TreePathScanner<Void, Void> {
        final CompilationUnitTree unit;

        Calls(CompilationUnitTree unit) {
            this.unit = unit;
        }

        void site(Element element, CharSequence name, long at, Tree call) {
            if (element == null
                    || element.asType().getKind() == TypeKind.ERROR
                    || !(element instanceof ExecutableElement)) {
                count("unresolved");
                return;
            }
            Element owner = element.getEnclosingElement();
            boolean isConstructor = element.getKind() == ElementKind.CONSTRUCTOR;
            String head =
                    "{\"file\": " + quoted(file(unit)) + ", \"line\": " + line(unit, at)
                            + ", \"start\": " + line(unit, positions.getStartPosition(unit, call))
                            + ", \"name\": " + quoted(name);
            TreePath path = trees.getPath(element);
            Tree tree = path == null ? null : path.getLeaf();
            // What the compiler adds has the place of its type.
            if (tree instanceof MethodTree && ((MethodTree) tree).getName().contentEquals("<init>")) {
                if (trees.getTree(owner) instanceof ClassTree) {
                    long where = positions.getStartPosition(path.getCompilationUnit(), tree);
                    long type = positions.getStartPosition(
                            path.getCompilationUnit(), trees.getTree(owner));
                    if (where < 0 || where == type || positions.getEndPosition(
                            path.getCompilationUnit(), tree) < 0) {
                        tree = trees.getTree(owner);
                    }
                }
            }
            if (tree == null) {
                TreePath type = trees.getPath(owner);
                if (type == null) {
                    String qualified = ((QualifiedNameable) owner).getQualifiedName().toString();
                    String outer = isConstructor ? qualified : qualified + "." + element.getSimpleName();
                    count("outer");
                    out.println(head + ", \"outer\": " + quoted(outer) + "}");
                    return;
                }
                if (!isConstructor) {
                    count("implicit");
                    return;
                }
                path = type;
                tree = type.getLeaf();
            }
            CompilationUnitTree other = path.getCompilationUnit();
            long where = namePosition(other, tree);
            if (tree instanceof MethodTree && isConstructor) {
                where = find(other, owner.getSimpleName(), Math.max(
                        positions.getStartPosition(other, tree),
                        end(other, ((MethodTree) tree).getModifiers())));
            }
            count("inner");
            out.println(
                    head + ", \"targets\": [[" + quoted(file(other)) + ", " + line(other, where)
                            + "]]}");
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void none) {
            ExpressionTree select = call.getMethodSelect();
            Element element = trees.getElement(new TreePath(getCurrentPath(), select));
            // What the compiler adds stands nowhere.
            if (positions.getEndPosition(unit, call) < 0) return super.visitMethodInvocation(call, none);
            if (select instanceof MemberSelectTree) {
                MemberSelectTree member = (MemberSelectTree) select;
                CharSequence name = member.getIdentifier();
                long at = find(unit, name, end(unit, member.getExpression()));
                if (name.toString().equals("super") && element != null) {
                    name = element.getEnclosingElement().getSimpleName();
                }
                site(element, name, at, call);
            } else if (select instanceof IdentifierTree) {
                CharSequence name = ((IdentifierTree) select).getName();
                long at = positions.getStartPosition(unit, select);
                if (name.toString().equals("super") || name.toString().equals("this")) {
                    if (element != null) name = element.getEnclosingElement().getSimpleName();
                }
                site(element, name, at, call);
            }
            return super.visitMethodInvocation(call, none);
        }

        static CharSequence nameOf(Tree type) {
            while (true) {
                if (type instanceof ParameterizedTypeTree) {
                    type = ((ParameterizedTypeTree) type).getType();
                } else if (type instanceof AnnotatedTypeTree) {
                    type = ((AnnotatedTypeTree) type).getUnderlyingType();
                } else if (type instanceof MemberSelectTree) {
                    return ((MemberSelectTree) type).getIdentifier();
                } else {
                    return type.toString();
                }
            }
        }

        @Override
        public Void visitNewClass(NewClassTree call, Void none) {
            Element element = trees.getElement(getCurrentPath());
            Tree type = call.getIdentifier();
            CharSequence name = nameOf(type);
            ClassTree body = call.getClassBody();
            if (body != null) {
                // What is called is a constructor of the type that is extended.
                element = null;
                for (Tree member : body.getMembers()) {
                    if (!(member instanceof MethodTree)) continue;
                    MethodTree method = (MethodTree) member;
                    if (!method.getName().contentEquals("<init>")) continue;
                    for (StatementTree statement : method.getBody().getStatements()) {
                        if (!(statement instanceof ExpressionStatementTree)) continue;
                        ExpressionTree inner = ((ExpressionStatementTree) statement).getExpression();
                        if (inner instanceof MethodInvocationTree) {
                            TreePath path = getCurrentPath();
                            for (Tree step :
                                    List.of(
                                            body, method, method.getBody(), statement, inner,
                                            ((MethodInvocationTree) inner).getMethodSelect())) {
                                path = new TreePath(path, step);
                            }
                            element = trees.getElement(path);
                        }
                    }
                }
                // An interface has no constructor: it is itself what is named.
                Element named = trees.getElement(new TreePath(getCurrentPath(), type));
                if (named != null && named.getKind().isInterface()) {
                    TreePath path = trees.getPath(named);
                    String head =
                            "{\"file\": " + quoted(file(unit)) + ", \"line\": "
                                    + line(unit, find(unit, name, positions.getStartPosition(unit, type)))
                                    + ", \"start\": "
                                    + line(unit, positions.getStartPosition(unit, call))
                                    + ", \"name\": " + quoted(name);
                    if (path != null) {
                        CompilationUnitTree other = path.getCompilationUnit();
                        count("inner");
                        out.println(
                                head + ", \"targets\": [[" + quoted(file(other)) + ", "
                                        + line(other, namePosition(other, path.getLeaf())) + "]]}");
                    } else if (named.asType().getKind() != TypeKind.ERROR) {
                        count("outer");
                        out.println(head + ", \"outer\": " + quoted(named.toString()) + "}");
                    } else {
                        count("unresolved");
                    }
                    return super.visitNewClass(call, none);
                }
            }
            if (getCurrentPath().getParentPath().getLeaf() instanceof VariableTree) {
                VariableTree variable = (VariableTree) getCurrentPath().getParentPath().getLeaf();
                Element constant = trees.getElement(getCurrentPath().getParentPath());
                if (constant != null && constant.getKind() == ElementKind.ENUM_CONSTANT) {
                    // Where nothing is given, nothing is seen to be called.
                    if (!call.getArguments().isEmpty()) {
                        name = constant.getEnclosingElement().getSimpleName();
                        long at = namePosition(unit, variable);
                        site(element, name, at, variable);
                    }
                    return super.visitNewClass(call, none);
                }
            }
            long at = find(unit, name, positions.getStartPosition(unit, type));
            site(element, name, at, call);
            return super.visitNewClass(call, none);
        }

        // Definitions

        void entity(CharSequence name, Tree tree, String kind) {
            if (positions.getEndPosition(unit, tree) < 0) return;
            out.println(
                    "{\"entity\": " + quoted(name) + ", \"file\": " + quoted(file(unit))
                            + ", \"line\": " + line(unit, namePosition(unit, tree))
                            + ", \"kind\": " + quoted(kind) + "}");
        }

        @Override
        public Void visitClass(ClassTree type, Void none) {
            String kind =
                    switch (type.getKind()) {
                        case ENUM -> "enum";
                        case INTERFACE, ANNOTATION_TYPE -> "interface";
                        default -> "class";
                    };
            if (type.getSimpleName().length() > 0) entity(type.getSimpleName(), type, kind);
            return super.visitClass(type, none);
        }

        @Override
        public Void visitMethod(MethodTree method, Void none) {
            boolean isConstructor = method.getName().contentEquals("<init>");
            ClassTree type = (ClassTree) getCurrentPath().getParentPath().getLeaf();
            if (isConstructor) {
                // What the compiler adds has no body that is written.
                long start = positions.getStartPosition(unit, method);
                if (type.getSimpleName().length() > 0 && start >= 0
                        && end(unit, method) >= 0
                        && start != positions.getStartPosition(unit, type)) {
                    long at = find(unit, type.getSimpleName(),
                            Math.max(start, end(unit, method.getModifiers())));
                    out.println(
                            "{\"entity\": " + quoted(type.getSimpleName()) + ", \"file\": "
                                    + quoted(file(unit)) + ", \"line\": " + line(unit, at)
                                    + ", \"kind\": \"constructor\"}");
                }
            } else {
                entity(method.getName(), method, "method");
            }
            return super.visitMethod(method, none);
        }

        @Override
        public Void visitVariable(VariableTree variable, Void none) {
            Tree parent = getCurrentPath().getParentPath().getLeaf();
            if (parent instanceof ClassTree) {
                Set<Modifier> flags = variable.getModifiers().getFlags();
                Element element = trees.getElement(getCurrentPath());
                String kind = "field";
                if (element != null && element.getKind() == ElementKind.ENUM_CONSTANT) {
                    kind = "enum_member";
                } else if (flags.contains(Modifier.STATIC) && flags.contains(Modifier.FINAL)
                        || parent.getKind() == Tree.Kind.INTERFACE
                        || parent.getKind() == Tree.Kind.ANNOTATION_TYPE) {
                    kind = "constant";
                }
                entity(variable.getName(), variable, kind);
            }
            return super.visitVariable(variable, none);
        }
    }
}
