# SPDX-License-Identifier: Apache-2.0
#
# What the calls of a tree of Elixir call, by its compiler, and what is defined in it: the truth that
# compare.py reads. The compiler tells what each name became where it stands; the files themselves,
# as its parser reads them, which of these somebody wrote. What cannot be compiled is left out.
#
#     elixir elixir_truth.exs TREE > truth.ndjson

defmodule Truth.Tracer do
  def start do
    :ets.new(:calls, [:named_table, :public, :bag])
    :ets.new(:modules, [:named_table, :public, :bag])
    Code.put_compiler_option(:tracers, [__MODULE__])
    Code.put_compiler_option(:parser_options, columns: true)
    Code.put_compiler_option(:ignore_module_conflict, true)
  end

  def trace({kind, meta, module, name, arity}, env)
      when kind in [:remote_function, :remote_macro, :imported_function, :imported_macro] do
    keep(kind, meta, {module, name, arity}, env)
  end

  def trace({kind, meta, name, arity}, env) when kind in [:local_function, :local_macro] do
    keep(kind, meta, {env.module, name, arity}, env)
  end

  def trace({:on_module, code, _}, env) do
    for definition <- Truth.Definitions.of(code), do: :ets.insert(:modules, {env.module, definition})
    :ok
  end

  def trace(_, _), do: :ok

  defp keep(kind, meta, target, env) do
    if meta[:column] do
      # Which module an alias means is known here only.
      env = %{env | lexical_tracker: nil, tracers: []}
      :ets.insert(:calls, {{env.file, meta[:line], meta[:column]}, kind, target, env})
    end

    :ok
  end
end

defmodule Truth.Definitions do
  @doc "What a module's code says of itself: each function and macro, and where it begins."
  def of(code) do
    with {:ok, {_, [debug_info: {:debug_info_v1, _, {:elixir_v1, info, _}}]}} <-
           :beam_lib.chunks(code, [:debug_info]) do
      for {{name, arity}, _, meta, _} <- info.definitions do
        file = if meta[:file], do: elem(meta[:file], 0), else: info.file
        {name, arity, to_string(file), meta[:line]}
      end
    else
      _ -> []
    end
  end

  @doc "Of a module that was not compiled here, but is the same one."
  def installed(module) do
    case :code.get_object_code(module) do
      {_, code, _} -> of(code)
      :error -> []
    end
  end
end

defmodule Truth.Source do
  @moduledoc "What is written in a file."
  defstruct calls: %{}, heads: [], modules: []

  @definers [:def, :defp, :defmacro, :defmacrop, :defguard, :defguardp, :defdelegate]
  # They read as keywords, and are no calls to the graph.
  @keywords @definers ++
              [:defmodule, :defprotocol, :defimpl, :defstruct, :defexception, :defoverridable] ++
              [:if, :unless, :use, :super, :import, :alias, :require, :quote, :unquote] ++
              [:unquote_splicing, :for, :with, :case, :cond, :receive, :try, :fn]

  def read(path) do
    with {:ok, text} <- File.read(path),
         {:ok, tree} <- Code.string_to_quoted(text, columns: true, emit_warnings: false) do
      found = walk(tree, {[], false}, %__MODULE__{})
      lines = text |> String.split("\n") |> List.to_tuple()
      %{found | calls: Map.filter(found.calls, &written?(&1, lines))}
    else
      _ -> %__MODULE__{}
    end
  end

  # `"\#{a}"` and `a[b]` call what is not written there.
  defp written?({{row, column}, {name, _}}, lines) do
    elem(lines, row - 1) |> String.slice((column - 1)..-1) |> String.starts_with?(to_string(name))
  end

  # `within`: the module around, and whether it is quoted: then it is called elsewhere.
  defp walk({word, meta, [head | _] = arguments}, {around, _} = within, found)
       when word in @definers and is_list(meta) do
    found = define(word, meta, head, within, found)
    # The head itself is no call; guards, patterns and defaults may hold some.
    {name, parameters} = head(head)
    found = if is_atom(name), do: Enum.reduce(parameters, found, &walk(&1, within, &2)), else: found
    found = Enum.reduce(guards(head), found, &walk(&1, within, &2))
    walk(tl(arguments), {around, elem(within, 1)}, found)
  end

  defp walk({:quote, _, arguments}, {around, _}, found) when is_list(arguments) do
    walk(arguments, {around, true}, found)
  end

  defp walk({word, _, arguments}, {around, _}, found)
       when word in [:unquote, :unquote_splicing] and is_list(arguments) do
    walk(arguments, {around, false}, found)
  end

  defp walk({word, _, [{:__aliases__, _, parts} | rest]}, {around, isQuoted}, found)
       when word in [:defmodule, :defprotocol] do
    name = around ++ parts
    found = if isQuoted, do: found, else: %{found | modules: [name | found.modules]}
    walk(rest, {name, isQuoted}, found)
  end

  defp walk({:&, _, [{:/, _, [function, arity]}]}, within, found) when is_integer(arity) do
    # A function that is handed on. What it is a member of may be a call.
    case function do
      {{:., _, [left, _]}, _, []} -> walk(left, within, found)
      _ -> found
    end
  end

  defp walk({{:., _, [left, name]}, meta, arguments}, within, found)
       when is_atom(name) and is_list(arguments) do
    found = walk(left, within, found)
    walk(arguments, within, call(meta, name, {:remote, left}, within, found))
  end

  defp walk({name, meta, arguments}, within, found) when is_atom(name) and is_list(arguments) do
    walk(arguments, within, call(meta, name, :bare, within, found))
  end

  defp walk({a, _, b}, within, found), do: walk(b, within, walk(a, within, found))
  defp walk({a, b}, within, found), do: walk(b, within, walk(a, within, found))
  defp walk(list, within, found) when is_list(list), do: Enum.reduce(list, found, &walk(&1, within, &2))
  defp walk(_, _, found), do: found

  defp call(meta, name, how, {_, isQuoted}, found) do
    cond do
      isQuoted or meta[:column] == nil -> found
      # Operators and sigils are not called by a name.
      name in @keywords or not Regex.match?(~r/^[a-z_]\w*[?!]?$/u, to_string(name)) -> found
      Macro.operator?(name, 1) or Macro.operator?(name, 2) -> found
      String.starts_with?(to_string(name), "sigil_") -> found
      true -> put_in(found.calls[{meta[:line], meta[:column]}], {name, how})
    end
  end

  defp define(word, meta, head, {around, isQuoted}, found) do
    case head(head) do
      {name, parameters} when is_atom(name) ->
        optional = Enum.count(parameters, &match?({:\\, _, _}, &1))
        most = length(parameters)
        head = %{
          module: around, name: name, line: meta[:line], arity: (most - optional)..most, isQuoted: isQuoted,
          kind: if(word in [:defmacro, :defmacrop], do: "macro", else: "function")
        }
        %{found | heads: [head | found.heads]}

      _ ->
        found
    end
  end

  defp head({:when, _, [head, _]}), do: head(head)
  defp head({name, _, parameters}) when is_list(parameters), do: {name, parameters}
  defp head({name, _, _}) when is_atom(name), do: {name, []}
  defp head(_), do: {nil, []}

  defp guards({:when, _, [_, guard]}), do: [guard]
  defp guards(_), do: []
end

defmodule Truth do
  alias Truth.{Definitions, Source, Tracer}

  def run(root, left) do
    root = Path.expand(root)
    Application.ensure_all_started(:mix)

    paths =
      (Path.wildcard("#{root}/**/*.ex") -- left)
      |> Enum.reject(&String.contains?(&1, "/test/"))
      |> Enum.sort()

    sources = Map.new(paths, &{&1, Source.read(&1)})
    own = for {path, source} <- sources, name <- source.modules, into: %{}, do: {module(name), path}
    Tracer.start()
    # What the compiled say meanwhile is no part of the truth.
    output = Process.group_leader()
    Process.group_leader(self(), Process.whereis(:standard_error))
    # What is installed beside can be compiled one by one; the rest depends on each other.
    {alone, rest} =
      Enum.split_with(paths, fn path ->
        names = sources[path].modules
        names != [] and Enum.all?(names, &Code.ensure_loaded?(module(&1)))
      end)

    Enum.each(alone, &compile/1)

    wrong = compile_all(rest)
    Process.group_leader(self(), output)

    case wrong do
      [] -> tell(sources, own, root)
      # Again without those, from the start, as a compiler that ended early is not to be used again.
      _ -> System.cmd("elixir", [__ENV__.file, root | left ++ wrong], into: IO.stream())
    end
  end

  defp tell(sources, own, root) do
    Code.put_compiler_option(:tracers, [])
    made = for {module, _} <- :ets.tab2list(:modules), into: MapSet.new(), do: module
    definitions(sources, root)
    calls(sources, own, made, root)
  end

  defp module(parts), do: Module.concat(Enum.filter(parts, &is_atom/1))

  defp compile(path) do
    # Each in its own process, as the compiler keeps what a file requires there.
    {pid, monitor} =
      spawn_monitor(fn ->
        try do
          Code.compile_file(path)
        rescue
          problem -> exit(Exception.message(problem))
        end
      end)

    receive do
      {:DOWN, ^monitor, _, ^pid, :normal} -> :ok
      {:DOWN, ^monitor, _, ^pid, why} -> left(path, why)
    end
  end

  defp compile_all([]), do: []

  defp compile_all(paths) do
    case Kernel.ParallelCompiler.compile(paths) do
      {:ok, _, _} ->
        []

      {:error, errors, _} ->
        for {path, _, why} <- errors, do: left(path, why)
        for {path, _, _} <- errors, uniq: true, do: path
    end
  end

  defp left(path, why) do
    text = if is_binary(why), do: why, else: inspect(why, limit: 5, printable_limit: 200)
    IO.puts(:stderr, "not compiled: #{path}: #{text |> String.split("\n") |> hd()}")
  end

  defp definitions(sources, root) do
    for {path, source} <- sources, head <- Enum.reverse(source.heads) do
      line(%{
        entity: to_string(head.name), file: Path.relative_to(path, root), line: head.line,
        kind: head.kind
      })
    end
  end

  defp calls(sources, own, made, root) do
    seen =
      :ets.tab2list(:calls)
      |> Enum.group_by(&elem(&1, 0), fn {_, kind, target, env} -> {kind, target, env} end)

    known =
      :ets.tab2list(:modules)
      |> Enum.group_by(fn {module, {name, arity, _, _}} -> {module, name, arity} end, &elem(&1, 1))

    counts =
      for {path, source} <- sources, {{row, column}, {name, how}} <- Enum.sort(source.calls) do
        events = seen[{path, row, column}] || []
        written = events |> Enum.flat_map(&meaning(&1, name, how)) |> Enum.uniq()
        head = %{file: Path.relative_to(path, root), line: row, name: to_string(name)}

        case written do
          [] -> :unknown
          [target] -> site(head, target, known, sources, own, made, root)
          _ -> :several
        end
      end

    IO.puts(:stderr, inspect(Enum.frequencies(counts)))
  end

  # What is called where a name stands, before functions are replaced by those of Erlang.
  defp meaning({kind, {_, name, _} = target, _}, name, :bare) when kind != :remote_function,
    do: [target]

  defp meaning({_, {module, called, arity}, env}, name, {:remote, left}) do
    case if(is_atom(left), do: left, else: expand(left, env)) do
      ^module when called == name -> [{module, name, arity}]
      other when is_atom(other) and other != nil ->
        case :elixir_rewrite.inline(other, name, arity) do
          {^module, ^called} -> [{other, name, arity}]
          _ -> []
        end
      _ -> []
    end
  end

  defp meaning(_, _, _), do: []

  defp expand(node, env) do
    case node do
      {:__MODULE__, _, _} -> env.module
      {:__aliases__, _, [{:__MODULE__, _, _} | rest]} -> Module.concat([env.module | rest])
      {:__aliases__, _, _} -> Macro.expand(node, env)
      _ -> nil
    end
  end

  defp site(head, {module, name, arity} = target, known, sources, own, made, root) do
    cond do
      not Map.has_key?(own, module) and not MapSet.member?(made, module) ->
        line(Map.put(head, :outer, "#{inspect(module)}.#{name}"))
        :outer

      true ->
        places =
          known[target] ||
            for {^name, ^arity, _, row} <- Definitions.installed(module), path = own[module],
              do: {name, arity, path, row}

        # The compiler's first clause may not be the first that is written, where a loop makes them.
        places =
          for {_, _, path, row} <- places, source = sources[path],
              heads = Enum.filter(source.heads, &(&1.name == name and arity in &1.arity)),
              head <- Enum.filter(heads, &(&1.line == row)),
              %{line: first} = Enum.find(Enum.reverse(heads), head, &(&1.module == head.module)),
              line <- [row, first],
              uniq: true,
              do: [Path.relative_to(path, root), line]

        if places == [] do
          :made
        else
          line(Map.put(head, :targets, places))
          :inner
        end
    end
  end

  defp line(row) do
    fields = for {key, value} <- Enum.sort(row), do: ~s("#{key}": #{json(value)})
    IO.puts("{" <> Enum.join(fields, ", ") <> "}")
  end

  defp json(value) when is_integer(value), do: "#{value}"
  defp json(list) when is_list(list), do: "[" <> Enum.map_join(list, ", ", &json/1) <> "]"

  defp json(text) do
    escaped = Regex.replace(~r/["\\\x00-\x1f]/, text, fn sign ->
      <<code>> = sign
      "\\u" <> String.pad_leading(Integer.to_string(code, 16), 4, "0")
    end)
    ~s("#{escaped}")
  end
end

[tree | left] = System.argv()
Truth.run(tree, left)
