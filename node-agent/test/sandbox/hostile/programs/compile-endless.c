//: has the compiler read a file without an end
//: ends exit 1 or exit 4 or oom or timeout
//: says
#include "/dev/zero"
int main(void) { return 0; }
