//: boxes in boxes
//: ends oom or signal SIGABRT
//: says
fn main() {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        kept.push(vec![1u8; 8 << 20]);
    }
}
