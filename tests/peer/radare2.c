/* Starts the real radare2 5.7.4 out of the shared libraries of the PyPI package r2libr, without Python
 * in front, so that start-up and memory are radare2's own.
 *
 * build: cc -O1 -o radare2 radare2.c -ldl
 * usage: R2LIBS=.../site-packages/libr/libr radare2 [any radare2 arguments]
 */
#include <dlfcn.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    const char *folder = getenv("R2LIBS");
    char pattern[4096];
    glob_t found;
    if (!folder || snprintf(pattern, sizeof pattern, "%s/libr_*.so", folder) >= (int)sizeof pattern ||
        glob(pattern, 0, NULL, &found) != 0) {
        fprintf(stderr, "R2LIBS names no folder with libr_*.so\n");
        return 2;
    }
    /* They need each other: load what can be until all are. */
    void *entry = NULL;
    size_t left = found.gl_pathc, before = left + 1;
    while (left > 0 && left < before) {
        before = left;
        for (size_t i = 0; i < found.gl_pathc; i++) {
            if (!found.gl_pathv[i]) continue;
            void *handle = dlopen(found.gl_pathv[i], RTLD_NOW | RTLD_GLOBAL);
            if (!handle) continue;
            if (!entry) entry = dlsym(handle, "r_main_radare2");
            found.gl_pathv[i] = NULL;
            left--;
        }
    }
    int (*start)(int, const char **) = (int (*)(int, const char **))entry;
    if (left > 0 || !start) {
        fprintf(stderr, "cannot load radare2: %s\n", dlerror());
        return 2;
    }
    argv[0] = "radare2";
    return start(argc, (const char **)argv);
}
