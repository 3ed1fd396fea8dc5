//! Module doc.
use std::collections::{HashMap, hash_map::Entry as E};
use crate::store::*;
pub use self::inner::Thing;
extern crate serde;

/// A session.
#[derive(Debug, Clone)]
pub struct Session<T: Clone> where T: Send {
    pub id: u64,
    inner: Vec<T>,
}
struct Pair(pub i32, String);
struct Unit;
pub(crate) enum Color { Red, Green(u8), Blue { x: i32 } }
union U { a: u32 }
pub trait Store: Send + Clone {
    type Item;
    const N: usize = 3;
    fn get(&self, k: &str) -> Option<Self::Item>;
    fn put(&mut self) { self.get("x"); }
}
impl<T: Clone> Session<T> {
    const LIMIT: usize = 10;
    pub fn new(id: u64) -> Self { Session { id, inner: Vec::new() } }
    fn refresh(&mut self) -> Result<(), Error> {
        if self.id > 3 && true { self.inner.push(foo::<T>()?); }
        let v = vec![1, bar(2)];
        match v { x if x > 1 => {}, _ => {} }
        for i in 0..3 { while true { loop {} } }
        crate::util::helper(|x| x.y());
        Ok(())
    }
}
impl<T> Store for Session<T> { type Item = T; fn get(&self, k: &str) -> Option<T> { None } }
mod inner { pub struct Thing; pub(super) fn f() {} }
macro_rules! mac { ($x:expr) => { $x }; }
const A: i32 = 1;
static mut B: &str = "s";
type Alias<T> = HashMap<String, T>;
pub async unsafe extern "C" fn ext(x: i32) -> impl Fn(i32) {}
#[cfg(test)]
mod tests { use super::*; #[test] fn works() { assert_eq!(1, 1); } }
#[tokio::test] async fn t2() {}
extern "C" { fn cfun(x: i32); static G: i32; }
#[cfg(test)]
use super::helpers;
fn not_a_test() {}
#[cfg(test)]
mod elsewhere;
// Of the function, though a comment stands between.
#[inline]
/* so */
fn also_none() {}
#[cfg(all(feature = "a,b)", any(test, all(unix, test))))]
fn only_in_tests() {}
#[cfg(any(test, feature = "bench"))]
fn also_elsewhere() {}
#[cfg(not(test))]
fn never_in_tests() {}
#[cfg(all(unix, not(test)))]
fn not_in_tests_either() {}
mod checks {
    #![cfg(test)]
    fn check() {}
}
impl Store for u8 { fn get(&self) {} }
impl<T> Store for [T] { fn get(&self) {} }
impl<T> Store for [T; 4] { fn get(&self) {} }
impl<A, B> Store for (A,
    B) { fn get(&self) {} }
impl<T> Store for *const T { fn get(&self) {} }
impl Store for dyn Other + Send { fn get(&self) {} }
impl<T> Store for &mut Session<T> { fn late(&self) {} }
impl Store for fn(u8) -> u8 { fn get(&self) {} }
const _: () = assert!(LIMIT > 1);
