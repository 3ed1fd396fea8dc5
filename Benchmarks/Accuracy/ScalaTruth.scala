// SPDX-License-Identifier: Apache-2.0

import java.io.{File, PrintStream}
import java.nio.file.{Files, Path, Paths}
import scala.collection.JavaConverters._
import scala.collection.mutable
import scala.reflect.internal.util.{BatchSourceFile, Position, SourceFile}
import scala.tools.nsc.{Global, Settings}
import scala.tools.nsc.io.AbstractFile
import scala.tools.nsc.reporters.StoreReporter

/** What the calls of a tree of Scala call, by scalac's typed trees, and what is defined in it: the
  * truth that compare.py reads. A method that is named is called. What the compiler adds is known
  * by its name not standing where it says, and left out, as is what is in trees with errors.
  *
  * java -cp …scala-library.jar:scala-reflect.jar:scala-compiler.jar ScalaTruth [-cp JARS] TREE
  */
object ScalaTruth {
  val counts = mutable.Map[String, Int]().withDefaultValue(0)

  def quoted(text: String) = "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\""

  def main(arguments: Array[String]): Unit = {
    val (classPath, rest) =
      if (arguments.head == "-cp") (arguments(1), arguments.drop(2)) else ("", arguments)
    val root = Paths.get(rest.head).toRealPath()
    val out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false, "UTF-8")
    val paths = Files.walk(root).iterator.asScala.filter { path =>
      val name = path.toString
      (name.endsWith(".scala") || name.endsWith(".java")) && Files.isRegularFile(path)
    }.toList.sortBy(_.toString)

    val settings = new Settings(message => System.err.println(message))
    settings.usejavacp.value = true
    if (classPath.nonEmpty) settings.classpath.value = classPath
    settings.nowarn.value = true
    settings.Yrangepos.value = true
    settings.stopAfter.value = List("typer")
    settings.processArgumentString("-language:_ -d " + System.getProperty("java.io.tmpdir"))
    val reporter = new StoreReporter
    val global = new Global(settings, reporter)
    new Truth(global, root, out).run(paths)
    val errors = reporter.infos.filter(_.severity == reporter.ERROR)
    errors.take(5).foreach(e => System.err.println(e.pos.toString + ": " + e.msg))
    out.flush()
    System.err.println(s"errors ${errors.size}, $counts")
  }

  class Truth[G <: Global](val global: G, root: Path, out: PrintStream) {
    import global._

    val written = mutable.Set[(String, Int, String)]()

    def run(paths: List[Path]): Unit = {
      val sources = paths.map(p => new BatchSourceFile(AbstractFile.getFile(p.toFile)))
      val run = new Run
      run.compileSources(sources)
      for (unit <- run.units if !unit.isJava) {
        new Calls(unit.source).traverse(unit.body)
      }
    }

    def file(source: SourceFile): Option[String] = Option(source.file.file).map(_.toPath).collect {
      case path if path.startsWith(root) => root.relativize(path).toString
    }

    def line(pos: Position): Int = pos.source.offsetToLine(pos.point) + 1

    def isPart(c: Char) = Character.isJavaIdentifierPart(c)
    def isSign(c: Char) = scala.reflect.internal.Chars.isOperatorPart(c)

    /** Whether a name, and nothing longer, stands in a file. */
    def stands(name: String, source: SourceFile, at: Int): Boolean = {
      val text = source.content
      val start = if (at < text.length && text(at) == '`') at + 1 else at
      val end = start + name.length
      if (name.isEmpty || start < 0 || end > text.length) return false
      if (new String(text, start, name.length) != name) return false
      def goesOn(a: Char, b: Char) = isPart(a) && isPart(b) || isSign(a) && isSign(b)
      if (start > 0 && start == at && goesOn(text(start - 1), name.head)) return false
      // What stands before a string makes it, and is not called as others are.
      end == text.length || !goesOn(name.last, text(end)) && text(end) != '"'
    }

    class Calls(source: SourceFile) extends Traverser {
      def emit(
          name: String, also: Option[String], at: Position, whole: Tree,
          symbols: List[Symbol]): Unit = {
        for (here <- file(source)) {
          if (!written.add((here, at.point, name))) return
          // What the compiler adds to a definition stands where that has its name.
          val isMade = symbols.exists { symbol =>
            symbol.pos.isDefined && symbol.pos.source == source && symbol.pos.point == at.point
          }
          if (isMade) return
          val start = if (whole.pos.isRange) source.offsetToLine(whole.pos.start) + 1 else line(at)
          val head = s"""{"file": ${quoted(here)}, "line": ${line(at)}, "start": $start""" +
            s""", "name": ${quoted(name)}""" +
            also.map(a => s""", "also": [${quoted(a)}]""").getOrElse("")
          val places = for {
            symbol <- symbols if symbol.pos.isDefined
            there <- file(symbol.pos.source)
          } yield s"[${quoted(there)}, ${line(symbol.pos)}]"
          places.distinct match {
            case places if places.nonEmpty =>
              counts("inner") += 1
              out.println(s"""$head, "targets": [${places.mkString(", ")}]}""")
            case _ =>
              val symbol = symbols.head
              // What the compiler makes for a class of the tree stands nowhere.
              if (symbol.pos.isDefined || symbol.ownerChain.exists(o => o.pos.isDefined)) {
                counts("implicit") += 1
              } else {
                counts("outer") += 1
                out.println(s"""$head, "outer": ${quoted(symbol.fullName)}}""")
              }
          }
        }
      }

      /** What makes values of a class: its name is called. */
      def construct(tpt: Tree, constructor: Symbol, whole: Tree): Unit = {
        val named = tpt match {
          case t: TypeTree if t.original != null => t.original
          case t => t
        }
        val inner = named match {
          case AppliedTypeTree(of, _) => of
          case Annotated(_, of) => of
          case t => t
        }
        val at = inner.pos
        val name = inner match {
          case r: RefTree => r.name.decode
          case _ => return
        }
        if (!at.isDefined || !stands(name, source, at.point)) return
        val owner = constructor.owner
        val target = if (constructor.isPrimaryConstructor || owner.isTrait) owner else constructor
        // An alias that is named is as right as what it stands for.
        val alias = Option(inner.symbol).filter(_.isAliasType).toList
        emit(name, None, at, whole, target :: alias)
      }

      def isCalled(symbol: Symbol) =
        symbol.isMethod && !symbol.isAccessor && !symbol.isParamAccessor && !symbol.isLazy &&
          !symbol.isConstructor && !symbol.isOverloaded && !symbol.isStable &&
          // What the machine does for numbers is no method, whatever the library says of it.
          !definitions.isPrimitiveValueClass(symbol.owner)

      def refer(tree: RefTree, whole: Tree): Unit = {
        val symbol = tree.symbol
        if (symbol == null || symbol == NoSymbol || tree.isErroneous || !tree.pos.isDefined) return
        val name = tree.name.decode
        if (!isCalled(symbol)) return
        if (stands(name, source, tree.pos.point)) {
          // What a case class gets has no line of its own.
          if (symbol.isSynthetic && !symbol.isArtifact && name != "apply") counts("implicit") += 1
          else emit(name, None, tree.pos, whole, said(tree, applied(symbol)))
        } else if (tree.name == nme.apply) {
          tree match {
            case Select(of: RefTree, _) if of.symbol != null && of.symbol.isModule =>
              val shown = of.name.decode
              if (of.pos.isDefined && stands(shown, source, of.pos.point)) {
                emit(shown, Some("apply"), of.pos, whole, said(tree, applied(symbol)))
              }
            case _ =>
          }
        }
      }

      /** Where a base implements what a type only declares, scalac takes that of the base, and of
        * what a type is and what it says itself to be the latter: the declaration in the type is
        * right as well. */
      def said(tree: Tree, symbol: Symbol): List[Symbol] = tree match {
        case Select(of, _) if of.tpe != null && symbol.owner.isClass =>
          val nearest = of.tpe.baseClasses.iterator.map(symbol.matchingSymbol(_, of.tpe))
          val own = of match {
            case This(_) => List(symbol.matchingSymbol(of.symbol, of.tpe))
            case _ => Nil
          }
          symbol :: (nearest.find(_.exists).toList ++ own.filter(_.exists)).filter(_ != symbol)
        case _ => List(symbol)
      }

      def applied(symbol: Symbol): Symbol =
        if (symbol.name == nme.apply && symbol.isSynthetic && symbol.isCase &&
            symbol.owner.companionClass != NoSymbol) symbol.owner.companionClass
        else symbol

      override def traverse(tree: Tree): Unit = {
        define(tree)
        tree match {
          case t @ Apply(Select(New(tpt), nme.CONSTRUCTOR), _) if t.fun.symbol.isConstructor =>
            val owner = t.fun.symbol.owner
            if (!owner.isAnonymousClass) construct(tpt, t.fun.symbol, t)
            super.traverse(tree)
          case t @ Apply(Select(_: This, nme.CONSTRUCTOR), _) if t.fun.symbol.isConstructor =>
            val symbol = t.fun.symbol
            if (stands("this", source, t.fun.pos.point)) {
              val target = if (symbol.isPrimaryConstructor) symbol.owner else symbol
              emit(symbol.owner.name.decode, None, t.fun.pos, t, List(target))
            }
            super.traverse(tree)
          case ClassDef(_, _, _, Template(parents, _, body)) =>
            val isNameless = tree.symbol != null && tree.symbol.isAnonymousClass
            for (call <- superCall(body); first <- parents.headOption) {
              // Where nothing is given, nothing is seen to be called, but by `new A {}`.
              if (isNameless || isGiven(first, call)) construct(first, call.fun.symbol, first)
            }
            if (isNameless) {
              for (first <- parents.headOption) nameless(parents)
            }
            super.traverse(tree)
          case ModuleDef(_, _, Template(parents, _, body)) =>
            for (call <- superCall(body); first <- parents.headOption) {
              if (isGiven(first, call)) construct(first, call.fun.symbol, first)
            }
            super.traverse(tree)
          // `xs foreach f` names `f` and calls it not.
          case Function(parameters, Apply(named: RefTree, arguments))
              if parameters.nonEmpty && parameters.size == arguments.size
                && parameters.forall(p => p.symbol.isSynthetic && !p.name.startsWith("x$"))
                && parameters.zip(arguments).forall { case (p, a) => a.symbol == p.symbol } =>
            named match {
              case Select(of, _) => traverse(of)
              case _ =>
            }
          case t: TypeTree =>
            if (t.original != null) traverse(t.original)
          case t: RefTree =>
            refer(t, t)
            super.traverse(tree)
          case _ =>
            super.traverse(tree)
        }
      }

      /** `new A {}` of a trait calls nothing but names it. */
      def nameless(parents: List[Tree]): Unit = {
        val written = parents.filter { parent =>
          parent.pos.isRange && parent.symbol != null && parent.symbol.isClass
        }
        for (first <- written.headOption if first.symbol.isTrait) {
          construct(first, first.symbol.primaryConstructor match {
            case NoSymbol => first.symbol.newConstructor(NoPosition)
            case some => some
          }, first)
        }
      }

      /** The call of what is extended. */
      def superCall(body: List[Tree]): Option[Apply] = body.collectFirst {
        case DefDef(_, nme.CONSTRUCTOR, _, _, _, Block(statements, _)) =>
          statements.collectFirst {
            case call @ Apply(Select(_: Super, nme.CONSTRUCTOR), _)
                if call.fun.symbol != null && call.fun.symbol.isConstructor => call
          }
      }.flatten

      def isGiven(parent: Tree, call: Apply): Boolean = {
        if (!parent.pos.isRange) return false
        val text = source.content
        var at = parent.pos.end
        // Its own end may be before or behind what it is given.
        if (at > 0 && text(at - 1) == ')') return true
        while (at < text.length && text(at) == ' ') at += 1
        at < text.length && text(at) == '('
      }

      // Definitions

      def define(tree: Tree): Unit = tree match {
        case t: MemberDef if t.symbol != null && t.symbol != NoSymbol && t.pos.isRange =>
          val symbol = t.symbol
          val name = t.name.decode.trim
          val owner = symbol.owner
          val kind = t match {
            case _: PackageDef => ""
            case _: ModuleDef => if (symbol.isPackageObject) "" else "class"
            case _: ClassDef if symbol.isAnonymousClass => ""
            case _: ClassDef => if (symbol.isTrait) "trait" else "class"
            case _: DefDef if symbol.isConstructor =>
              if (symbol.isPrimaryConstructor) "" else "constructor"
            // What is only declared has no field.
            case _: DefDef if symbol.isAccessor || symbol.isLazy =>
              if (symbol.isSetter) "" else "field"
            case _: DefDef => if (owner.isClass) "method" else "function"
            case _: ValDef => if (owner.isClass) "field" else ""
            case _: TypeDef if owner.isClass && !symbol.isParameter => "type_alias"
            case _ => ""
          }
          if (kind.isEmpty || symbol.isSynthetic || symbol.isArtifact) return
          val shown = if (kind == "constructor") "this" else name
          if (stands(shown, source, symbol.pos.point)) {
            for (here <- file(source) if written.add((here, symbol.pos.point, "definition"))) {
              out.println(s"""{"entity": ${quoted(shown)}, "file": ${quoted(here)}""" +
                s""", "line": ${line(symbol.pos)}, "kind": "$kind"}""")
            }
          }
        case _ =>
      }
    }
  }
}
