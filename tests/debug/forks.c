// Makes a process that runs another program (this one, with an argument), waits for it, and tells its status.
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noinline)) void in_child(void) { puts("child"); fflush(stdout); }
__attribute__((noinline)) void in_parent(void) { puts("parent"); fflush(stdout); }

int main(int argc, char **argv) {
    if (argc > 1) { puts("other"); return 7; }
    pid_t child = fork();
    if (child == 0) {
        in_child();
        execl(argv[0], argv[0], "other", (char *)NULL);
        _exit(1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    in_parent();
    printf("status %d\n", WEXITSTATUS(status));
    return 0;
}
