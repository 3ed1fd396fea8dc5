# SPDX-License-Identifier: Apache-2.0
#
# What the calls of a Ruby tree called while its code ran: the truth for the lines that were run.
# Usage: TRACE_ROOT=TREE TRACE_OUT=truth.ndjson ruby -r ./ruby_trace.rb PROGRAM
require "json"
require "set"

module CallTrace
  ROOT = File.realpath(ENV.fetch("TRACE_ROOT")) + "/"
  OUT = ENV.fetch("TRACE_OUT")
  SITES = {}
  SEEN = {}
  TEXTS = {}
  METHOD = Kernel.instance_method(:method)
  CLASS = Kernel.instance_method(:class)

  module_function

  def line(path, number)
    texts = (TEXTS[path] ||= File.readlines(path, encoding: "UTF-8", invalid: :replace).map(&:scrub))
    texts[number - 1] || ""
  rescue SystemCallError
    ""
  end

  # Whether a line calls a name itself: not by a symbol, not by what is in a comment.
  def written?(path, number, name)
    line(path, number).match?(/(?<![:\w@$])#{Regexp.escape(name)}(?![\w:]|(?<=\w)[?!])/)
  end

  # `super` in turn, and the methods that this one overrides.
  def places(receiver, name)
    found = []
    method = METHOD.bind_call(receiver, name)
    while method
      path, number = method.source_location
      found << [path.delete_prefix(ROOT), number] if path&.start_with?(ROOT)
      method = method.super_method
    end
    found
  rescue StandardError
    []
  end

  def note(trace, frame)
    path = frame.path
    return unless path&.start_with?(ROOT)
    name = trace.callee_id.to_s
    key = [path, frame.lineno, trace.path, trace.lineno, name, trace.event]
    return if SEEN[key]
    SEEN[key] = true
    called = name == "initialize" ? "new" : name
    unless written?(path, frame.lineno, called)
      return unless line(path, frame.lineno).match?(/\bsuper\b/) &&
        frame.label.delete_prefix("block in ").end_with?(name)
      called = "super"
    end
    site = (SITES[[path.delete_prefix(ROOT), frame.lineno, called]] ||= {targets: Set[], outer: nil})
    if trace.event == :call && trace.path.start_with?(ROOT)
      site[:targets] << [trace.path.delete_prefix(ROOT), trace.lineno]
      places(trace.self, trace.callee_id).each { |place| site[:targets] << place }
    elsif (found = places(trace.self, trace.callee_id)).any?
      # What `attr_reader` and its like make is no Ruby method.
      found.each { |place| site[:targets] << place }
    else
      site[:outer] ||= "#{trace.defined_class}##{name}" rescue nil
    end
  end

  POINT = TracePoint.new(:call, :c_call) do |trace|
    frame = caller_locations(trace.event == :call ? 2 : 1, 1)&.first
    note(trace, frame) if frame
  end

  def write
    POINT.disable
    File.open(OUT, "a") do |out|
      SITES.each do |(file, number, name), site|
        row = {file: file, line: number, start: number, name: name}
        if site[:targets].any?
          row[:targets] = site[:targets].to_a
        elsif site[:outer] && name != "new"
          row[:outer] = site[:outer]
        else
          next
        end
        out.puts(JSON.generate(row))
      end
    end
  end
end

main = Process.pid
at_exit { at_exit { CallTrace.write if Process.pid == main } }
CallTrace::POINT.enable
