//: the classic, without a shell between
//: ends timeout or signal SIGKILL
//: says
#include <unistd.h>
int main(void) { for (;;) fork(); }
