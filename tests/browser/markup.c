/* A program full of text that would be markup, were it put on a page as such. */

#include <stdio.h>

__attribute__((section("<b>bold</b>"), used)) static const char in_section[] = "here";

const char *image = "<img src=x onerror=alert(1)>";
const char *script = "</script><script>alert(2)</script>";

int main(void) {
    puts(image);
    puts(script);
    return in_section[0] == 'x';
}
