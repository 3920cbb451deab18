#include <stdio.h>

int main(void) {
    FILE *file = fopen("/tmp/note", "w");
    if (!file) {
        perror("/tmp/note");
        return 1;
    }
    puts("noted");
    return 0;
}
