//: calls itself until the stack is gone
//: ends signal SIGSEGV or oom
//: says
#include <string.h>
static int deeper(int depth) {
  volatile char block[4096];
  memset((char *)block, depth, sizeof block);
  return deeper(depth + 1) + block[7];
}
int main(void) { return deeper(0); }
