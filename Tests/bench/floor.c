/* The floor: getline and jansson, an answer a line. cc -O2 floor.c -ljansson */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(json_t *message) {
    char *text = json_dumps(message, JSON_COMPACT);
    puts(text);
    free(text);
    json_decref(message);
}

static json_t *answer(json_t *call) {
    json_t *params = json_object_get(call, "params");
    return json_pack("{s:s, s:O, s:O}", "jsonrpc", "2.0", "id", json_object_get(call, "id"), "result",
                     params ? params : json_null());
}

static void updates(json_t *call) {
    json_int_t count = json_integer_value(json_object_get(json_object_get(call, "params"), "count"));
    for (json_int_t n = 0; n < count; n++) {
        say(json_pack("{s:s, s:s, s:{s:s, s:I}}", "jsonrpc", "2.0", "method", "queue/update", "params", "status",
                      "IN_QUEUE", "queue_position", n));
        fflush(stdout);
    }
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, stdin)) > 0) {
        json_error_t problem;
        json_t *call = json_loadb(line, (size_t)length, 0, &problem);
        if (json_is_array(call)) {
            json_t *answers = json_array(), *one;
            size_t index;
            json_array_foreach(call, index, one) json_array_append_new(answers, answer(one));
            say(answers);
        } else {
            const char *method = json_string_value(json_object_get(call, "method"));
            if (method && strcmp(method, "updates") == 0) updates(call);
            say(answer(call));
        }
        fflush(stdout);
        json_decref(call);
    }
    return 0;
}
