/* The floor: getline and jansson, an answer a line. cc -O2 floor.c -ljansson */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, stdin)) > 0) {
        json_error_t problem;
        json_t *call = json_loadb(line, (size_t)length, 0, &problem);
        json_t *params = json_object_get(call, "params");
        json_t *answer = json_pack("{s:s, s:O, s:O}", "jsonrpc", "2.0", "id", json_object_get(call, "id"), "result",
                                   params ? params : json_null());
        char *text = json_dumps(answer, JSON_COMPACT);
        puts(text);
        fflush(stdout);
        free(text);
        json_decref(answer);
        json_decref(call);
    }
    return 0;
}
