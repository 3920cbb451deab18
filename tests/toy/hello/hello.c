#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    char line[80] = "";
    FILE *motto = fopen("motto.txt", "r");
    if (motto && !fgets(line, sizeof line, motto)) line[0] = 0;
    printf("%s, %s: %s\n", getenv("GREETING"), argc > 1 ? argv[1] : "nobody", line);
}
