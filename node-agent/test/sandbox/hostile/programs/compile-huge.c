//: a program of 64 gigabytes
//: ends exit 1 or exit 4 or oom or timeout
//: says
volatile char block[1ull << 36] = {1};
int main(void) { return block[5]; }
