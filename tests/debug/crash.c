// Ends by the signal that the first letter of its argument names: segv, ill, fpe, abrt.
#include <stdlib.h>

volatile int zero;
__attribute__((noinline)) void crash(char how) {
    switch (how) {
    case 's': *(volatile int *)0x10 = 1; break;
    case 'i': __builtin_trap();
    case 'f': zero = 7 / zero; break;
    case 'a': abort();
    }
}

int main(int argc, char **argv) {
    crash(argc > 1 ? argv[1][0] : 's');
    return 0;
}
