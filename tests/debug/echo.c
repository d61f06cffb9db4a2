// Reads lines and prints them back, numbered; then its arguments, a variable and its folder.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    char line[256];
    int count = 0;
    while (fgets(line, sizeof line, stdin)) printf("%d: %s", ++count, line);
    for (int i = 1; i < argc; i++) printf("arg %s\n", argv[i]);
    const char *value = getenv("FARAD_TEST");
    printf("env %s\n", value ? value : "none");
    printf("cwd %s\n", getcwd(line, sizeof line));
    return 3;
}
