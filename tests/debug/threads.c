// Three threads beside the first count in turn; the first waits for them and tells what they came to.
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 3, ROUNDS = 4 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
long counter;

__attribute__((noinline)) void tick(long number) {
    pthread_mutex_lock(&lock);
    counter += number;
    pthread_mutex_unlock(&lock);
}

static void *work(void *number) {
    for (int round = 0; round < ROUNDS; round++) tick((long)number);
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)(i + 1));
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    printf("counted %ld\n", counter);
    return 0;
}
