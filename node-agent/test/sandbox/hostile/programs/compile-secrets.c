//: has the compiler read what is none of its business, and quote it in its errors
//: ends exit 1 or exit 4
//: says
#include "/proc/1/environ"
#include "/proc/self/environ"
#include "/etc/shadow"
#include "/proc/1/mem"
int main(void) { return 0; }
