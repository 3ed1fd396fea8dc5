pub fn refund(amount: u32) -> bool {
    use crate::helper as check;
    check();
    let refund = amount;
    refund > 1
}

pub fn again(amount: u32) {
    check(amount);
    fn local(amount: u32) {
        again(amount)
    }
    local(amount);
    refund(amount);
}
