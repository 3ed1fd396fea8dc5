const std = @import("std");
/// Doc
pub const Foo = struct {
    x: u32 = 1,
    const K = 2;
    pub fn init(a: u32) Foo { return Foo{ .x = helper(a) }; }
    fn m(self: *Foo) void { self.x.go(); if (a and b) {} }
};
const E = enum { a, b };
const U = union(enum) { q: i32 };
fn helper(a: u32) u32 { return std.mem.len(a); }
var g: i32 = 1;
test "adds" { try std.testing.expect(1); }
pub fn Gen(comptime T: type) type { return struct { v: T, fn x() void {} }; }
test { helper(1); }
test helper {}
comptime { _ = g; }
fn drop(x: u32) void { _ = x; }
