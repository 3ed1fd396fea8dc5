// SPDX-License-Identifier: Apache-2.0

import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import org.jetbrains.kotlin.cli.common.CLIConfigurationKeys;
import org.jetbrains.kotlin.cli.common.messages.*;
import org.jetbrains.kotlin.cli.jvm.compiler.*;
import org.jetbrains.kotlin.cli.jvm.config.JvmContentRootsKt;
import org.jetbrains.kotlin.cli.common.config.ContentRootsKt;
import com.intellij.openapi.util.Disposer;
import com.intellij.psi.*;
import org.jetbrains.kotlin.config.*;
import org.jetbrains.kotlin.descriptors.*;
import org.jetbrains.kotlin.descriptors.impl.TypeAliasConstructorDescriptor;
import org.jetbrains.kotlin.lexer.KtTokens;
import org.jetbrains.kotlin.psi.*;
import org.jetbrains.kotlin.resolve.*;
import org.jetbrains.kotlin.resolve.calls.callUtil.CallUtilKt;
import org.jetbrains.kotlin.resolve.calls.model.*;
import org.jetbrains.kotlin.load.java.sam.*;
import org.jetbrains.kotlin.descriptors.synthetic.SyntheticMemberDescriptor;

/**
 * What the calls of a tree of Kotlin call, by its compiler, and what is defined in it: the truth
 * that compare.py reads. Calls that the compiler cannot resolve, as they depend on what is not
 * there, and those of conventions (operators, loops, properties of Java) are left out.
 *
 * <p>java -cp kotlin-compiler.jar… KotlinTruth.java [-cp JARS] TREE > truth.ndjson
 */
public class KotlinTruth {
    static Path root;
    static PrintStream out;
    static BindingContext context;
    static Map<String, Integer> counts = new TreeMap<>();

    static void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    public static void main(String[] arguments) throws IOException {
        int first = 0;
        List<File> jars = new ArrayList<>();
        if (arguments[first].equals("-cp")) {
            for (String jar : arguments[first + 1].split(":")) jars.add(new File(jar));
            first += 2;
        }
        root = Path.of(arguments[first]).toRealPath();
        out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, "UTF-8");
        CompilerConfiguration configuration = new CompilerConfiguration();
        int[] errors = {0};
        configuration.put(
                CLIConfigurationKeys.MESSAGE_COLLECTOR_KEY,
                new MessageCollector() {
                    public void clear() {}

                    public boolean hasErrors() {
                        return false;
                    }

                    public void report(
                            CompilerMessageSeverity severity, String text,
                            CompilerMessageLocation where) {
                        if (severity.isError() && errors[0]++ < 5) System.err.println(text);
                    }
                });
        configuration.put(CommonConfigurationKeys.MODULE_NAME, "tree");
        CommonConfigurationKeysKt.setLanguageVersionSettings(configuration, settings());
        JvmContentRootsKt.addJvmClasspathRoots(configuration, jars);
        // A root for each of Java's is where its package begins.
        Set<File> javaRoots = new TreeSet<>();
        for (Path path : files(".kt")) {
            ContentRootsKt.addKotlinSourceRoot(configuration, path.toString());
        }
        for (Path path : files(".java")) javaRoots.add(rootOf(path));
        for (File javaRoot : javaRoots) {
            JvmContentRootsKt.addJavaSourceRoot(configuration, javaRoot, null);
        }
        KotlinCoreEnvironment environment =
                KotlinCoreEnvironment.createForProduction(
                        Disposer.newDisposable(), configuration,
                        EnvironmentConfigFiles.JVM_CONFIG_FILES);
        List<KtFile> units = environment.getSourceFiles();
        BindingTrace trace = new CliBindingTrace();
        TopDownAnalyzerFacadeForJVM.analyzeFilesWithJavaIntegration(
                environment.getProject(), units, trace, configuration,
                scope -> environment.createPackagePartProvider(scope));
        context = trace.getBindingContext();
        for (KtFile unit : units) unit.accept(new Calls(unit));
        out.flush();
        System.err.println("errors " + errors[0] + ", " + counts);
        System.exit(0);
    }

    static LanguageVersionSettings settings() {
        Map<AnalysisFlag<?>, Object> flags = new HashMap<>();
        return new LanguageVersionSettingsImpl(
                LanguageVersion.LATEST_STABLE, ApiVersion.LATEST_STABLE, flags,
                Map.of(LanguageFeature.MultiPlatformProjects, LanguageFeature.State.ENABLED));
    }

    static List<Path> files(String suffix) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(p -> p.toString().endsWith(suffix) && Files.isRegularFile(p))
                    .filter(p -> !p.toString().contains("/testData/"))
                    .filter(p -> !p.endsWith("module-info.java"))
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    static File rootOf(Path path) throws IOException {
        Path folder = path.getParent();
        for (String line : Files.readString(path).split("\n")) {
            if (!line.startsWith("package ")) continue;
            String name = line.substring(8).replace(";", " ").trim().split("\\s")[0];
            for (int part = name.split("\\.").length; part > 0; part--) folder = folder.getParent();
            break;
        }
        return folder.toFile();
    }

    static String quoted(CharSequence text) {
        return "\"" + text.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    static int line(PsiElement element) {
        return line(element.getContainingFile(), element.getTextRange().getStartOffset());
    }

    static Map<PsiFile, int[]> lines = new IdentityHashMap<>();

    static int line(PsiFile file, int offset) {
        int[] starts =
                lines.computeIfAbsent(
                        file,
                        f -> {
                            String text = f.getText();
                            IntStream.Builder found = IntStream.builder().add(0);
                            for (int at = 0; at < text.length(); at++) {
                                if (text.charAt(at) == '\n') found.add(at + 1);
                            }
                            return found.build().toArray();
                        });
        int found = Arrays.binarySearch(starts, offset);
        return found >= 0 ? found + 1 : -found - 1;
    }

    static String file(PsiFile file) {
        if (file == null || file.getVirtualFile() == null) return null;
        Path path = Path.of(file.getVirtualFile().getPath());
        return path.startsWith(root) ? root.relativize(path).toString() : null;
    }

    /** Where the name of a definition stands; of a constructor, where it or its type does. */
    static PsiElement name(PsiElement definition) {
        if (definition instanceof KtPrimaryConstructor) {
            definition = ((KtPrimaryConstructor) definition).getContainingClassOrObject();
        }
        if (definition instanceof KtSecondaryConstructor) {
            return ((KtSecondaryConstructor) definition).getConstructorKeyword();
        }
        if (definition instanceof KtObjectDeclaration
                && ((KtObjectDeclaration) definition).getNameIdentifier() == null) {
            return ((KtObjectDeclaration) definition).getObjectKeyword();
        }
        if (definition instanceof PsiNameIdentifierOwner) {
            PsiElement name = ((PsiNameIdentifierOwner) definition).getNameIdentifier();
            if (name != null) return name;
        }
        return definition;
    }

    /** What is written of what a call resolves to: not what a type has only as its base does. */
    static void written(DeclarationDescriptor of, Set<DeclarationDescriptor> found) {
        if (of instanceof TypeAliasConstructorDescriptor) {
            TypeAliasConstructorDescriptor alias = (TypeAliasConstructorDescriptor) of;
            found.add(alias.getTypeAliasDescriptor());
            of = alias.getUnderlyingConstructorDescriptor();
        }
        if (of instanceof SamConstructorDescriptor) {
            of = ((SamConstructorDescriptor) of).getBaseDescriptorForSynthetic();
        }
        of = of.getOriginal();
        if (of instanceof CallableMemberDescriptor) {
            CallableMemberDescriptor member = (CallableMemberDescriptor) of;
            if (member.getKind() == CallableMemberDescriptor.Kind.FAKE_OVERRIDE
                    || member.getKind() == CallableMemberDescriptor.Kind.DELEGATION) {
                for (CallableMemberDescriptor base : member.getOverriddenDescriptors()) {
                    written(base, found);
                }
                return;
            }
            if (member.getKind() == CallableMemberDescriptor.Kind.SYNTHESIZED) {
                if (of instanceof SamAdapterDescriptor) {
                    written(
                            ((SamAdapterDescriptor<?>) of)
                                    .getBaseDescriptorForSynthetic(),
                            found);
                } else if (of instanceof SyntheticMemberDescriptor) {
                    written(
                            ((SyntheticMemberDescriptor<?>) of).getBaseDescriptorForSynthetic(),
                            found);
                }
                return;
            }
        }
        found.add(of);
    }

    static class Calls extends KtTreeVisitorVoid {
        final KtFile unit;
        final String here;

        Calls(KtFile unit) {
            this.unit = unit;
            here = file(unit);
        }

        void site(DeclarationDescriptor called, String name, PsiElement at, PsiElement call) {
            if (name.startsWith("`")) name = name.substring(1, name.length() - 1);
            String head =
                    "{\"file\": " + quoted(here) + ", \"line\": " + line(at) + ", \"start\": "
                            + line(call) + ", \"name\": " + quoted(name);
            Set<DeclarationDescriptor> found = new LinkedHashSet<>();
            written(called, found);
            Set<String> targets = new LinkedHashSet<>();
            String outer = null;
            for (DeclarationDescriptor one : found) {
                PsiElement source =
                        one instanceof DeclarationDescriptorWithSource
                                ? DescriptorToSourceUtils.getSourceFromDescriptor(one)
                                : null;
                boolean isMade = one instanceof ConstructorDescriptor && source == null;
                if (isMade) {
                    source =
                            DescriptorToSourceUtils.getSourceFromDescriptor(
                                    ((ConstructorDescriptor) one).getContainingDeclaration());
                }
                if (source == null && one instanceof MemberDescriptor
                        && DescriptorToSourceUtils.getContainingFile(one) != null) {
                    continue;
                }
                String there = source == null ? null : file(source.getContainingFile());
                if (there != null) {
                    targets.add("[" + quoted(there) + ", " + line(name(source)) + "]");
                } else {
                    outer = DescriptorUtils.getFqName(one).asString();
                }
            }
            if (!targets.isEmpty()) {
                count("inner");
                out.println(head + ", \"targets\": [" + String.join(", ", targets) + "]}");
            } else if (outer != null && !outer.isEmpty()) {
                count("outer");
                out.println(head + ", \"outer\": " + quoted(outer) + "}");
            } else {
                count("implicit");
            }
        }

        static PsiElement whole(PsiElement call) {
            PsiElement parent = call.getParent();
            return parent instanceof KtQualifiedExpression
                            && ((KtQualifiedExpression) parent).getSelectorExpression() == call
                    ? parent
                    : call;
        }

        ResolvedCall<?> resolved(KtElement element) {
            ResolvedCall<?> call = CallUtilKt.getResolvedCall(element, context);
            if (call == null || !call.getStatus().isSuccess()) {
                count("unresolved");
                return null;
            }
            return call;
        }

        @Override
        public void visitCallExpression(KtCallExpression call) {
            ResolvedCall<?> resolved = resolved(call);
            KtExpression callee = call.getCalleeExpression();
            if (resolved != null && callee instanceof KtNameReferenceExpression) {
                CallableDescriptor called = resolved.getResultingDescriptor();
                // What holds a function is another question.
                boolean isValue = resolved instanceof VariableAsFunctionResolvedCall;
                if (!isValue) site(called, callee.getText(), callee, whole(call));
                else count("values");
            }
            super.visitCallExpression(call);
        }

        @Override
        public void visitBinaryExpression(KtBinaryExpression expression) {
            KtOperationReferenceExpression sign = expression.getOperationReference();
            if (sign.getReferencedNameElementType() == KtTokens.IDENTIFIER) {
                ResolvedCall<?> resolved = resolved(expression);
                if (resolved != null && !(resolved instanceof VariableAsFunctionResolvedCall)) {
                    site(resolved.getResultingDescriptor(), sign.getText(), sign, expression);
                }
            }
            super.visitBinaryExpression(expression);
        }

        @Override
        public void visitSuperTypeCallEntry(KtSuperTypeCallEntry entry) {
            ResolvedCall<?> resolved = resolved(entry);
            if (resolved != null) {
                DeclarationDescriptor called = resolved.getResultingDescriptor();
                PsiElement name = entry.getCalleeExpression().getConstructorReferenceExpression();
                // Constants of an enumeration do not write its name.
                boolean isConstant = entry.getParent() instanceof KtInitializerList;
                if (isConstant) {
                    if (entry.getValueArgumentList() != null) {
                        KtEnumEntry constant = (KtEnumEntry) entry.getParent().getParent();
                        site(called, ((KtClass) constant.getParent().getParent()).getName(),
                                name(constant), entry);
                    }
                } else if (name != null) {
                    site(called, name.getText(), name, entry);
                }
            }
            super.visitSuperTypeCallEntry(entry);
        }

        @Override
        public void visitSecondaryConstructor(KtSecondaryConstructor constructor) {
            KtConstructorDelegationCall call = constructor.getDelegationCall();
            if (!call.isImplicit()) {
                ResolvedCall<?> resolved = resolved(call);
                if (resolved != null) {
                    DeclarationDescriptor called = resolved.getResultingDescriptor();
                    site(called, called.getContainingDeclaration().getName().asString(), call,
                            call);
                }
            }
            super.visitSecondaryConstructor(constructor);
        }

        // Definitions

        void entity(PsiElement definition, String name, String kind) {
            if (name == null) return;
            out.println(
                    "{\"entity\": " + quoted(name) + ", \"file\": " + quoted(here) + ", \"line\": "
                            + line(name(definition)) + ", \"kind\": " + quoted(kind) + "}");
        }

        @Override
        public void visitClass(KtClass type) {
            String kind =
                    type instanceof KtEnumEntry ? "enum_member"
                            : type.isEnum() ? "enum"
                            : type.isInterface() ? "interface" : "class";
            entity(type, type.getName(), kind);
            super.visitClass(type);
        }

        @Override
        public void visitObjectDeclaration(KtObjectDeclaration object) {
            if (!object.isObjectLiteral()) entity(object, object.getName(), "class");
            super.visitObjectDeclaration(object);
        }

        @Override
        public void visitNamedFunction(KtNamedFunction function) {
            boolean isMethod = function.getParent() instanceof KtClassBody;
            entity(function, function.getName(), isMethod ? "method" : "function");
            super.visitNamedFunction(function);
        }

        @Override
        public void visitProperty(KtProperty property) {
            if (!property.isLocal()) {
                entity(property, property.getName(),
                        property.isTopLevel() ? property.isVar() ? "variable" : "constant"
                                : "property");
            }
            super.visitProperty(property);
        }

        @Override
        public void visitParameter(KtParameter parameter) {
            if (parameter.hasValOrVar()
                    && parameter.getOwnerFunction() instanceof KtPrimaryConstructor) {
                entity(parameter, parameter.getName(), "property");
            }
            super.visitParameter(parameter);
        }

        @Override
        public void visitTypeAlias(KtTypeAlias alias) {
            entity(alias, alias.getName(), "type_alias");
            super.visitTypeAlias(alias);
        }
    }
}
