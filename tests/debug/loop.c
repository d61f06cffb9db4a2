// Counts for ever. With an argument it counts so many times and ends.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

volatile unsigned long rounds;

__attribute__((noinline)) void round_done(unsigned long number) { rounds = number; }

int main(int argc, char **argv) {
    unsigned long most = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
    for (unsigned long i = 1; most == 0 || i <= most; i++) {
        round_done(i);
        if (most == 0) usleep(1000);
    }
    printf("rounds %lu\n", rounds);
    return 0;
}
