<?php
// SPDX-License-Identifier: Apache-2.0
//
// What the calls of a PHP tree called while its code ran, by Xdebug's function trace.
// Usage: php -d xdebug.mode=trace -d xdebug.start_with_request=no php_trace.php TREE OUT PROGRAM
[, $root, $out, $program] = $argv;
$root = realpath($root) . '/';
$trace = sys_get_temp_dir() . '/php_trace' . getmypid();
xdebug_start_trace($trace, XDEBUG_TRACE_COMPUTERIZED);
register_shutdown_function(function () use ($root, $out, $trace) {
    xdebug_stop_trace();
    $sites = $known = $texts = [];
    foreach (new SplFileObject("$trace.xt") as $text) {
        $row = explode("\t", rtrim($text, "\n"));
        // Level, number, 0 for an entry, time, memory, name, whether it is PHP's own, include, file, line.
        if (count($row) < 10 || $row[2] !== '0' || !str_starts_with($row[8], $root)) continue;
        [$name, $isUser, $file, $line] = [$row[5], $row[6] === '1', $row[8], (int) $row[9]];
        if (str_contains($name, '{') || $row[7] !== '') continue;
        $key = "$file:$line:$name";
        if (isset($known[$key])) continue;
        $known[$key] = true;
        $parts = preg_split('/->|::/', $name);
        $short = end($parts);
        $short = substr($short, (int) strrpos('\\' . $short, '\\'));
        $texts[$file] ??= file($file);
        $written = $short;
        $places = [];
        try {
            if (count($parts) === 2) {
                $method = new ReflectionMethod($parts[0], $parts[1]);
                // What it overrides is right too.
                for ($class = $method->getDeclaringClass(); $class; $class = $class->getParentClass()) {
                    foreach ([$class, ...$class->getInterfaces()] as $type) {
                        if (!$type->hasMethod($parts[1])) continue;
                        $one = $type->getMethod($parts[1]);
                        if ($one->getFileName()) $places[] = [$one->getFileName(), $one->getStartLine()];
                    }
                }
                if ($short === '__construct') {
                    $written = 'new';
                    $places[] = [$method->getDeclaringClass()->getFileName(), $method->getDeclaringClass()->getStartLine()];
                }
            } else {
                $function = new ReflectionFunction($name);
                if ($function->getFileName()) $places[] = [$function->getFileName(), $function->getStartLine()];
            }
        } catch (ReflectionException $e) {
            continue;
        }
        // Only where it is written: nothing calls it by a name in a string, or without one.
        if (!preg_match('/(?<![\w$])' . preg_quote($written) . '\b/', $texts[$file][$line - 1] ?? '')) continue;
        $short = $written === 'new' ? substr($parts[0], (int) strrpos('\\' . $parts[0], '\\')) : $short;
        $site = &$sites["$file:$line:$short"];
        // A chain over many lines begins where no arrow stands in front.
        $start = $line;
        while ($start > 1 && preg_match('/^\s*(->|::)/', $texts[$file][$start - 1] ?? '')) $start--;
        $site ??= ['file' => substr($file, strlen($root)), 'line' => $line, 'start' => $start, 'name' => $short];
        foreach ($places as [$path, $number]) {
            if (!str_starts_with((string) $path, $root)) continue;
            $place = [substr($path, strlen($root)), $number];
            if (!in_array($place, $site['targets'] ?? [], true)) $site['targets'][] = $place;
        }
        if (empty($site['targets'])) $site['outer'] = $name;
        else unset($site['outer']);
        unset($site);
    }
    file_put_contents($out, implode('', array_map(fn ($s) => json_encode($s) . "\n", $sites)));
    unlink("$trace.xt");
});
require $program;
