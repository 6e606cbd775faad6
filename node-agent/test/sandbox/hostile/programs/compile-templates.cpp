//: templates that never end
//: ends exit 1 or exit 4 or oom or timeout
//: says
template <int N> struct Tree { Tree<2 * N> left; Tree<2 * N + 1> right; };
template <int N> constexpr int deep() { if constexpr (N > 100000) return 0; else return deep<N + 1>() + deep<N + 2>(); }
int main() { return deep<0>(); }
